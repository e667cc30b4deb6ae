//! The command `sidecar-hostpath`.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;
use host::log_to_stderr;
use sidecar_hostpath::Error;
use sidecar_hostpath::check::check;
use sidecar_hostpath::cli::{self, Cli, Command};
use sidecar_hostpath::compare::compare;
use sidecar_hostpath::explain::explain;
use sidecar_hostpath::outcome::Outcome;
use sidecar_hostpath::printing::escape::one_line;
use sidecar_hostpath::run::run;
use sidecar_hostpath::settings::command::settings;
use sidecar_hostpath::suggest::suggest;
use sidecar_hostpath::test::test;

/// The command has no verdict on all or some of what it was given.
const NO_VERDICT: u8 = 2;

fn main() -> ExitCode {
    let stdin = &mut io::stdin().lock();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match cli.command {
        Command::Check(args) => judged(check(&args, stdin)),
        Command::Settings(args) => judged(settings(&args, stdin)),
        Command::Explain(args) => judged(explain(&args)),
        Command::Suggest(args) => judged(suggest(&args, stdin)),
        Command::Compare(args) => judged(compare(&args, stdin)),
        Command::Test(args) => judged(test(&args, stdin)),
        #[cfg(feature = "doctor")]
        Command::Doctor(args) => judged(sidecar_hostpath::doctor::doctor(&args)),
        Command::Run(args) => printed(run(&args, stdin, &mut io::stdout().lock(), log_to_stderr())),
        Command::Completions(args) => printed(print(&cli::completions(&args))),
        Command::Man(args) => printed(cli::man(&args).and_then(|page| print(&page))),
    }
}

/// Help, or what is wrong with the arguments: some may be the names of files, which may hold anything.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    let safe: Vec<String> = text.lines().map(one_line).collect();
    let is_safe = !error.use_stderr() || text.lines().eq(safe.iter().map(String::as_str));
    let _ = match is_safe {
        true => error.print(),
        false => writeln!(io::stderr(), "{}", safe.join("\n")),
    };
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// The end of a command that judges.
fn judged(outcome: Result<Outcome, Error>) -> ExitCode {
    let outcome = outcome.and_then(|outcome| {
        // Takes the colours out where they are not wanted.
        let mut stdout = anstream::AutoStream::auto(io::stdout().lock());
        let written = stdout
            .write_all(outcome.stdout.as_bytes())
            .and_then(|()| stdout.flush());
        unless_closed(written)?;
        Ok(outcome)
    });
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            error.lines().iter().for_each(|line| complain(line));
            return ExitCode::from(NO_VERDICT);
        }
    };
    outcome.faults.iter().for_each(|fault| complain(fault));
    outcome.failure.iter().for_each(|failure| complain(failure));
    outcome.notes.iter().for_each(|note| say("note", note));
    match outcome {
        Outcome { faults, .. } if !faults.is_empty() => ExitCode::from(NO_VERDICT),
        Outcome { passed: false, .. } => ExitCode::FAILURE,
        Outcome { .. } => ExitCode::SUCCESS,
    }
}

/// The end of any other command.
fn printed(result: Result<(), Error>) -> ExitCode {
    let result = match result {
        Err(Error::Write(error)) => unless_closed(Err(error)),
        result => result,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // As kwctl says it.
        Err(error @ Error::Judge(checker::Error::SettingsRefused(_))) => {
            say("Error", &error.to_string());
            ExitCode::FAILURE
        }
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// One line for each thing that is wrong.
fn complain(text: &str) {
    say("error", text);
}

/// A line on standard error. If nobody can read it, the exit code still says how it ended.
fn say(label: &str, text: &str) {
    let _ = writeln!(io::stderr(), "{label}: {}", one_line(text));
}

/// A reader that has seen enough, as `head` has, is not an error.
fn unless_closed(written: io::Result<()>) -> Result<(), Error> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Error::Write),
    }
}

fn print(bytes: &[u8]) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .map_err(Error::Write)
}
