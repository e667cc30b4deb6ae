//! The command `sidecar-hostpath`.

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use sidecar_hostpath::engine::log_to_stderr;
use sidecar_hostpath::run::{RunArgs, run};

/// Evaluates kubevirt-sidecar-hostpath-policy without a cluster.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(RunArgs),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(args) => run(
            &args,
            &mut io::stdin().lock(),
            &mut io::stdout().lock(),
            log_to_stderr(),
        ),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error}");
            ExitCode::FAILURE
        }
    }
}
