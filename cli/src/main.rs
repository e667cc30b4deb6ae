//! The command `sidecar-hostpath`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use sidecar_hostpath::Error;
use sidecar_hostpath::check::{CheckArgs, check};
use sidecar_hostpath::cli::{self, Cli, Command};
use sidecar_hostpath::engine::log_to_stderr;
use sidecar_hostpath::escape::one_line;
use sidecar_hostpath::run::run;

/// `check` has no verdict on all or some of what it was given.
const NO_VERDICT: u8 = 2;

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Check(args) => return check_and_print(&args),
        Command::Run(args) => run(
            &args,
            &mut io::stdin().lock(),
            &mut io::stdout().lock(),
            log_to_stderr(),
        ),
        Command::Completions(args) => print(&cli::completions(&args)),
        Command::Man(args) => cli::man(&args).and_then(|page| print(&page)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn check_and_print(args: &CheckArgs) -> ExitCode {
    let outcome = check(args, &mut io::stdin().lock()).and_then(|outcome| {
        // Takes the colours out where they are not wanted.
        let mut stdout = anstream::AutoStream::auto(io::stdout().lock());
        let written = stdout
            .write_all(outcome.stdout.as_bytes())
            .and_then(|()| stdout.flush());
        written.map_err(Error::Write)?;
        Ok(outcome)
    });
    let faults = match outcome {
        Ok(outcome) if outcome.faults.is_empty() => {
            return match outcome.passed {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            };
        }
        Ok(outcome) => outcome.faults,
        Err(error) => vec![error.to_string()],
    };
    for fault in faults {
        eprintln!("Error: {}", one_line(&fault));
    }
    ExitCode::from(NO_VERDICT)
}

fn print(bytes: &[u8]) -> Result<(), Error> {
    io::stdout().lock().write_all(bytes).map_err(Error::Write)
}
