//! `claimgate sample`: made-up claims in any format, to try things out with.

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
};

use clap::ValueEnum;

use super::{Exit, complain, pending::Pending};
use crate::{
    exchange::{FlatClaims, fhir, json, table, x12},
    sample,
};

/// Write made-up claims of made-up members around the spine pack
///
/// The same seed gives the same claims, in the same order, in every format; fewer claims are the
/// beginning of more. Nothing in them is a patient's.
#[derive(clap::Args)]
pub(super) struct Args {
    /// How many claims
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    claims: u64,
    /// The format to write
    #[arg(long, default_value = "837p")]
    format: Form,
    /// Another seed makes other claims
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The folder to write into; it is made where it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write over files that are there
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// X12 837P: `claims.837p.x12`
    #[value(name = "837p")]
    X12,
    /// FHIR R4 as a Bulk Data export: `fhir/Claim.ndjson`, `Patient.ndjson`, `Coverage.ndjson`
    Fhir,
    /// A table, a row a service line: `claims.csv`
    Csv,
    /// The native JSON, one a line: `claims.ndjson`
    Ndjson,
    /// The same table as Apache Parquet: `claims.parquet`
    Parquet,
}

/// Makes the claims and writes them.
pub(super) fn run(args: &Args) -> io::Result<Exit> {
    let folder = if args.format == Form::Fhir { args.out.join("fhir") } else { args.out.clone() };
    let names = args.format.files();
    let there = names.iter().map(|name| folder.join(name)).find(|file| file.exists());
    if let (Some(file), false) = (there, args.force) {
        complain(format_args!("`{}` is there already", file.display()), Some("`--force` writes over it"));
        return Ok(Exit::Broken);
    }
    let opened = fs::create_dir_all(&folder)
        .and_then(|()| names.iter().map(|name| Pending::open(&folder.join(name))).collect::<io::Result<Vec<_>>>());
    let written = opened.and_then(|mut pending| {
        let counts = write(args, &mut pending)?;
        pending.into_iter().map(Pending::keep).collect::<io::Result<Vec<()>>>()?;
        Ok(counts)
    });
    match written {
        Ok(counts) => {
            let Counts { claims, lines, members } = counts;
            let files: Vec<String> = names.iter().map(|name| folder.join(name).display().to_string()).collect();
            let mut out = io::stdout().lock();
            writeln!(out, "{claims} claims of {members} members, {lines} lines: {}", files.join(", "))?;
            Ok(Exit::Allowed)
        }
        Err(error) => {
            complain(format_args!("cannot write into `{}`: {error}", folder.display()), None);
            Ok(Exit::Broken)
        }
    }
}

/// What was made.
#[derive(Default)]
struct Counts {
    claims: u64,
    lines: u64,
    members: u64,
}

/// Writes the claims into the files of the format, in their order.
fn write(args: &Args, files: &mut [Pending]) -> io::Result<Counts> {
    let mut counts = Counts::default();
    let mut claims =
        sample::claims(args.seed).take(usize::try_from(args.claims).unwrap_or(usize::MAX)).inspect(|claim| {
            counts.claims += 1;
            counts.lines += u64::try_from(claim.request.lines.len()).unwrap_or(0);
            counts.members += u64::from(claim.is_members_first);
        });
    match (args.format, files) {
        (Form::X12, [out]) => {
            let mut writer = x12::write::Writer::new(&mut out.writer)?;
            claims.try_for_each(|claim| writer.push(&claim.request))?;
            writer.finish()?;
        }
        (Form::Csv, [out]) => {
            let mut writer = table::write::Writer::new(&mut out.writer)?;
            claims.try_for_each(|claim| writer.push(&claim.request))?;
            writer.finish()?;
        }
        (Form::Ndjson, [out]) => claims.try_for_each(|claim| json::write_request(&claim.request, &mut out.writer))?,
        (Form::Parquet, [out]) => {
            let mut writer = FlatClaims::new(&mut out.writer)?;
            claims.try_for_each(|claim| writer.push(&claim.request))?;
            writer.finish()?;
        }
        (Form::Fhir, [claim_file, patients, coverages]) => {
            let files = fhir::write::Files {
                claims: &mut claim_file.writer,
                patients: &mut patients.writer,
                coverages: &mut coverages.writer,
            };
            let mut writer = fhir::write::Writer::new(files);
            claims.try_for_each(|claim| writer.push(&claim.request, claim.is_members_first))?;
            writer.finish()?;
        }
        (Form::X12 | Form::Csv | Form::Ndjson | Form::Parquet | Form::Fhir, _) => {
            return Err(io::Error::other("the files of the format are not those that were opened"));
        }
    }
    drop(claims);
    Ok(counts)
}

impl Form {
    fn files(self) -> &'static [&'static str] {
        match self {
            Form::X12 => &["claims.837p.x12"],
            Form::Fhir => &["Claim.ndjson", "Patient.ndjson", "Coverage.ndjson"],
            Form::Csv => &["claims.csv"],
            Form::Ndjson => &["claims.ndjson"],
            Form::Parquet => &["claims.parquet"],
        }
    }
}
