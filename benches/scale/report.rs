//! The table and the JSON file.

use std::thread::available_parallelism;

use serde_json::{Map, Value, json};

use crate::edits::Scenario;
use crate::round::{Sample, Size, Step};
use crate::stats::{Spread, Unit, grouped, middle, shown};
use crate::tree::Comparison;
use crate::{Options, TRIBUNE_VERSION};

/// One of those that are measured.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Tribune,
    Hugo,
    Floor,
    Walk,
}

impl Side {
    const ALL: [Self; 4] = [Self::Tribune, Self::Hugo, Self::Floor, Self::Walk];

    fn key(self) -> &'static str {
        match self {
            Self::Tribune => "tribune",
            Self::Hugo => "hugo",
            Self::Floor => "floor",
            Self::Walk => "walk",
        }
    }

    fn name(self, hugo: Option<&str>) -> String {
        match self {
            Self::Tribune => format!("Tribune {TRIBUNE_VERSION}"),
            Self::Hugo => format!("Hugo {}", hugo.unwrap_or_default()),
            Self::Floor => "floor".into(),
            Self::Walk => "stat walk of the sources".into(),
        }
    }

    fn sample(self, step: &Step) -> Option<&Sample> {
        match self {
            Self::Tribune => Some(&step.tribune),
            Self::Hugo => step.hugo.as_ref(),
            Self::Floor => step.floor.as_ref(),
            Self::Walk => step.walk.as_ref(),
        }
    }
}

type Figure = fn(&Sample) -> Option<f64>;

/// Keys of the JSON file.
const FIGURES: [(&str, Figure); 7] = [
    ("wall_s", |sample| Some(sample.wall)),
    ("user_s", |sample| Some(sample.cpu?.user_seconds())),
    ("system_s", |sample| Some(sample.cpu?.system_seconds())),
    ("peak_bytes", |sample| Some(sample.peak_bytes? as f64)),
    ("files_written", |sample| Some(sample.changes?.written as f64)),
    ("bytes_written", |sample| Some(sample.changes?.bytes as f64)),
    ("files_removed", |sample| Some(sample.changes?.removed as f64)),
];

impl Size {
    fn steps(&self, scenario: Scenario) -> impl Iterator<Item = &Step> {
        self.rounds.iter().flatten().filter(move |step| step.scenario == scenario)
    }

    fn spread(&self, scenario: Scenario, side: Side, figure: Figure) -> Option<Spread> {
        Spread::of(self.steps(scenario).map(|step| side.sample(step).and_then(figure)))
    }

    /// One time divided by another one of the same run.
    fn ratio(&self, scenario: Scenario, over: Side, under: Side) -> Option<Spread> {
        let wall = |side: Side, step| side.sample(step).map(|sample| sample.wall);
        Spread::of(self.steps(scenario).map(|step| Some(wall(over, step)? / wall(under, step)?)))
    }

    fn has(&self, scenario: Scenario, side: Side) -> bool {
        self.steps(scenario).any(|step| side.sample(step).is_some())
    }

    fn stage(&self, scenario: Scenario, name: &str) -> Option<Spread> {
        let of = |step: &Step| step.stages.iter().find(|(known, _)| known == name).map(|(_, ms)| *ms);
        Spread::of(self.steps(scenario).map(of).filter(Option::is_some))
    }

    /// The stages of all builds, in the order of the first.
    fn stage_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.rounds.iter().flatten().flat_map(|step| &step.stages) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }
}

fn cores() -> usize {
    available_parallelism().map_or(0, usize::from)
}

/// Everything, as tables of Markdown.
pub fn tables(sizes: &[Size], options: &Options, hugo: Option<&str>) -> String {
    let mut text = format!(
        "\n{} runs, {} threads, {} cores: median (least–most); ratios are of times in the same run\n",
        options.runs,
        options.threads,
        cores()
    );
    if hugo.is_none() {
        text.push_str("\nHugo took no part.\n");
    }
    for size in sizes {
        let releases = grouped(size.releases as u64);
        text.push_str(&format!("\n## {releases} releases, {} MB\n\n", size.source_bytes / 1_000_000));
        text.push_str(&figures(size, hugo));
        text.push_str(&addresses(size.addresses.as_ref()));
        text.push_str(&watching(size));
        text.push_str(&stages(size));
    }
    text
}

fn watching(size: &Size) -> String {
    let mut text = String::from("\n| while Tribune watches | from the quiet to the last byte |\n|---|--:|\n");
    for (scenario, times) in &size.watching {
        let spread = Spread::of(times.iter().copied().map(Some));
        text.push_str(&format!("| {} | {} |\n", scenario.name(), shown(spread.as_ref(), Unit::Milliseconds)));
    }
    text
}

fn figures(size: &Size, hugo: Option<&str>) -> String {
    let mut text = String::from(
        "| | | time | processor | peak memory | files written | bytes written | removed | this ÷ Tribune | Tribune ÷ this |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for scenario in Scenario::ALL {
        for side in Side::ALL.into_iter().filter(|side| size.has(scenario, *side)) {
            let spread = |key: &str| {
                let (_, figure) = FIGURES.iter().find(|(known, _)| *known == key)?;
                size.spread(scenario, side, *figure)
            };
            let cpu = size.spread(scenario, side, |sample| {
                let cpu = sample.cpu?;
                Some(cpu.user_seconds() + cpu.system_seconds())
            });
            let ratio = |over, under| match side {
                Side::Tribune => String::new(),
                _ => middle(size.ratio(scenario, over, under).as_ref(), Unit::Times),
            };
            let cells = [
                if side == Side::Tribune { scenario.name().into() } else { String::new() },
                side.name(hugo),
                shown(spread("wall_s").as_ref(), Unit::Seconds),
                middle(cpu.as_ref(), Unit::Seconds),
                middle(spread("peak_bytes").as_ref(), Unit::Megabytes),
                middle(spread("files_written").as_ref(), Unit::Count),
                middle(spread("bytes_written").as_ref(), Unit::Kilobytes),
                middle(spread("files_removed").as_ref(), Unit::Count),
                ratio(side, Side::Tribune),
                ratio(Side::Tribune, side),
            ];
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
    }
    text
}

/// Addresses of each side that are shown where they differ.
const SHOWN: usize = 10;

fn addresses(comparison: Option<&Comparison>) -> String {
    let Some(comparison) = comparison else { return String::new() };
    let count = |[pages, feeds]: [usize; 2]| {
        format!("{} pages and {} feeds", grouped(pages as u64), grouped(feeds as u64))
    };
    let (tribune, hugo) = (count(comparison.tribune), count(comparison.hugo));
    if comparison.is_equal() {
        return format!("\nThe addresses of both sides are the same: {tribune}.\n");
    }
    let mut text = format!("\n**Not comparable**: Tribune has {tribune}, Hugo {hugo}.\n");
    for (side, only) in [("Tribune", &comparison.only_tribune), ("Hugo", &comparison.only_hugo)] {
        if !only.is_empty() {
            let first: Vec<&str> = only.iter().take(SHOWN).map(String::as_str).collect();
            let more = if only.len() > SHOWN { ", …" } else { "" };
            text.push_str(&format!("Only {side} has {}: {}{more}\n", only.len(), first.join(", ")));
        }
    }
    text
}

fn stages(size: &Size) -> String {
    let names = size.stage_names();
    if names.is_empty() {
        return String::new();
    }
    let heads: Vec<&str> = Scenario::ALL.iter().map(|scenario| scenario.name()).collect();
    let mut text = format!("\n| stage of Tribune | {} |\n", heads.join(" | "));
    text.push_str(&format!("|---|{}\n", "--:|".repeat(heads.len())));
    for name in names {
        let cells = Scenario::ALL.map(|scenario| match size.stage(scenario, name) {
            None => String::new(),
            found => middle(found.as_ref(), Unit::Milliseconds),
        });
        text.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    }
    text
}

/// Everything, for programs.
pub fn json(sizes: &[Size], options: &Options, hugo: Option<&str>) -> Value {
    json!({
        "tribune": TRIBUNE_VERSION,
        "hugo": hugo,
        "seed": options.seed,
        "runs": options.runs,
        "threads": options.threads,
        "cores": cores(),
        "sizes": sizes.iter().map(size_json).collect::<Vec<_>>(),
    })
}

fn size_json(size: &Size) -> Value {
    let scenarios = Scenario::ALL.map(|scenario| (scenario.key().to_owned(), scenario_json(size, scenario)));
    let watching = size.watching.iter().map(|(scenario, times)| {
        let spread = Spread::of(times.iter().copied().map(Some));
        (scenario.key().to_owned(), Spread::json(spread.as_ref()))
    });
    json!({
        "watching_ms": Map::from_iter(watching),
        "releases": size.releases,
        "source_bytes": size.source_bytes,
        "floor_is_equal": size.is_equal(),
        "comparable": size.addresses.as_ref().map(Comparison::is_equal),
        "addresses": size.addresses,
        "tree": size.tree,
        "scenarios": Map::from_iter(scenarios),
    })
}

fn scenario_json(size: &Size, scenario: Scenario) -> Value {
    let mut object = Map::new();
    for side in Side::ALL.into_iter().filter(|side| size.has(scenario, *side)) {
        let figures = FIGURES.map(|(key, figure)| {
            (key.to_owned(), Spread::json(size.spread(scenario, side, figure).as_ref()))
        });
        let mut figures = Map::from_iter(figures.into_iter().filter(|(_, value)| !value.is_null()));
        if side != Side::Tribune {
            let ratio = size.ratio(scenario, side, Side::Tribune);
            figures.insert("to_tribune".into(), Spread::json(ratio.as_ref()));
            let ratio = size.ratio(scenario, Side::Tribune, side);
            figures.insert("tribune_to_this".into(), Spread::json(ratio.as_ref()));
        }
        object.insert(side.key().into(), Value::Object(figures));
    }
    let stages = size
        .stage_names()
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), Spread::json(Some(&size.stage(scenario, name)?)))));
    object.insert("stages_ms".into(), Value::Object(stages.collect()));
    Value::Object(object)
}
