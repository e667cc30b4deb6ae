//! Random settings and requests.

use checker::classes::difference::Difference;
use checker::classes::map;
use kubevirt_sidecar_hostpath_policy::{Namespace, SettingsFor};
use proptest::prelude::*;

use crate::generate::{asked, close_to, pair, paths_of};
use crate::universe::settings;

/// How many pairs of settings; `PROPTEST_CASES` overrides it.
pub(crate) fn cases(own: u32) -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok();
    ProptestConfig {
        cases: wanted.map_or(own, |text| text.parse().unwrap()),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    /// No verdict changes that is not in the difference, and none that is in it does not.
    #[test]
    fn the_difference_is_complete_and_true(
        (before, after) in pair(),
        requests in prop::collection::vec(asked(), 40),
    ) {
        let paths = paths_of(&[&before, &after]);
        let (before, after) = (settings(&before).unwrap(), settings(&after).unwrap());
        let difference = Difference::of(&before, &after);
        for (request, choice) in requests {
            let request = close_to(&paths, request, choice);
            prop_assert_eq!(request.is_told(&before, &after, &difference), Ok(()));
        }
    }
}

proptest! {
    #![proptest_config(cases(300))]

    /// The map, and the part of it for one path, hold exactly what is permitted.
    #[test]
    fn the_map_is_complete_and_true(
        (one, _) in pair(),
        requests in prop::collection::vec(asked(), 40),
    ) {
        let paths = paths_of(&[&one]);
        let settings = settings(&one).unwrap();
        let whole = map::whole(&settings);
        let requests = requests.into_iter().map(|(request, choice)| close_to(&paths, request, choice));
        let requests: Vec<_> = requests.collect();
        for request in &requests {
            let namespace = Namespace::named(&request.namespace);
            let of = SettingsFor::new(&settings, &namespace);
            let permitted = request.is_permitted(&of, &of.around(&request.path));
            prop_assert_eq!(request.is_in(&whole), permitted, "{:?} {:?}", request, &whole);
        }
        let request = &requests[0];
        let namespace = Namespace::named(&request.namespace);
        let of = SettingsFor::new(&settings, &namespace);
        let permitted = request.is_permitted(&of, &of.around(&request.path));
        let who = map::who_sees(&settings, &request.path).itself;
        prop_assert_eq!(request.is_in(&who), permitted, "{:?} {:?}", request, &who);
    }
}
