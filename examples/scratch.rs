//! scratch
use std::io::Read;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let req: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&a[1]).unwrap()).unwrap();
    let set: serde_json::Value = serde_json::from_str(&a[2]).unwrap();
    let mut req = req;
    if a.len() > 3 {
        req["object"]["metadata"]["annotations"]["hooks.kubevirt.io/hookSidecars"] = a[3].clone().into();
    }
    let p = serde_json::json!({"request":req,"settings":set}).to_string();
    let out = kubevirt_sidecar_hostpath_policy::validate(p.as_bytes());
    let mut v: serde_json::Value = serde_json::from_slice(&out).unwrap();
    if let Some(m) = v.get("mutated_object").filter(|m| !m.is_null()).cloned() {
        println!(
            "PATCH {}",
            serde_json::to_string(&json_patch::diff(&req["object"], &m)).unwrap()
        );
        v["mutated_object"] = "(..)".into();
        let mut r2 = req.clone();
        r2["object"] = m;
        let p = serde_json::json!({"request":r2,"settings":set}).to_string();
        println!(
            "AGAIN {}",
            String::from_utf8(kubevirt_sidecar_hostpath_policy::validate(p.as_bytes())).unwrap()
        );
    }
    println!("{v}");
    let _ = std::io::stdin().read(&mut []);
}
