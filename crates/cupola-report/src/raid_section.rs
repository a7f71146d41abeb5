//! What the main raid does: fates by cause, and two stories.

use cupola_campaign::{Fate, Measure};

use crate::charts::{self, option_class};
use crate::format::{mean_count, range};
use crate::html_table::{Cell, Table};
use crate::relief;
use crate::sections::{badge, figure, option_head, section};
use crate::svg::escaped;
use crate::view::{View, leaked};

/// The section.
pub(crate) fn raid(view: View<'_>) -> String {
    let Some(main) = view.main_raid() else {
        return section(
            "raid",
            "5",
            "What the raid does",
            "<p>The scenario has no raid.</p>",
        );
    };
    let source = main
        .source
        .as_deref()
        .map_or(String::new(), |s| format!(" Counts: {s}."));
    let mut body = format!(
        "<p>{} Of {} threats launched, {} are aimed inside the area on average.{}</p>\n",
        escaped(&sentence(&main.title)),
        crate::format::plain(view.launched()),
        crate::format::plain(view.aimed_inside()),
        escaped(&source),
    );
    let caption = format!(
        "How the threats aimed inside the area end; grey: stopped, coloured: leaked, by cause. \
         What differs between the options are the coloured parts and the darkest grey. {}.",
        view.n_of_raid()
    );
    body.push_str(&figure(&charts::fates(view), &caption));
    body.push_str(&fate_table(view));
    body.push_str(&relief::paragraphs(view));
    body.push_str(&relief::decoys(view));
    body.push_str(&stories(view));
    body.push_str(&all_raids(view));
    section("raid", "5", "What the raid does", &body)
}

/// Leakers of every raid of the scenario, not of the main one alone.
fn all_raids(view: View<'_>) -> String {
    let caption = format!(
        "Every raid: leakers in one raid, the mean, in brackets where nine raids in ten fall; {}",
        view.n_of_raid()
    );
    let mut table = Table::new("t-raids", caption)
        .class("ledger")
        .text_column("Raid");
    for option in 0..view.options().len() {
        table = table.markup_column(option_head(view, option));
    }
    for raid in &view.outcome.raids {
        let mut row = vec![Cell::Text(raid.title.clone())];
        for option in view.options() {
            let all = |m: &&Measure| {
                m.id == "leakers" && m.class.is_none() && m.raid.as_deref() == Some(&raid.name)
            };
            let text = option.measures.iter().find(all).map_or(String::new(), |m| {
                let ends = range(&mean_count(m.p05), &mean_count(m.p95));
                format!("{} ({})", mean_count(m.mean), ends.replace(".0", ""))
            });
            row.push(Cell::Number(text));
        }
        table.row(row);
    }
    table.finish()
}

fn sentence(title: &str) -> String {
    if title.ends_with(['.', '!', '?']) {
        title.to_owned()
    } else {
        format!("{title}.")
    }
}

/// The legend of the bars and their numbers in one.
fn fate_table(view: View<'_>) -> String {
    let caption = format!(
        "The same in numbers: mean number of threats per raid; {}",
        view.n_of_raid()
    );
    let mut table = Table::new("t-fates", caption).text_column("How it ends");
    for i in 0..view.options().len() {
        table = table.markup_column(option_head(view, i));
    }
    let all: Vec<Vec<(Fate, f64)>> = (0..view.options().len()).map(|i| view.fates(i)).collect();
    for (k, fate) in Fate::ALL.into_iter().enumerate() {
        if all.iter().all(|f| f[k].1 <= 0.0) {
            continue;
        }
        let head = format!("<i class=\"swatch f{k}\"></i>{}", escaped(fate.label()));
        let mut row = vec![Cell::HeadMarkup(head, fate.label().to_owned())];
        row.extend(all.iter().map(|f| Cell::Number(mean_count(f[k].1))));
        table.row(row);
    }
    let mut foot = vec![Cell::Head("leaked in all".to_owned())];
    foot.extend(all.iter().map(|fates| {
        let leaks: f64 = fates.iter().filter(|f| leaked(f.0)).map(|f| f.1).sum();
        Cell::Number(mean_count(leaks))
    }));
    table.foot(foot);
    table.finish()
}

fn stories(view: View<'_>) -> String {
    let best = view.best();
    // The stories of one option suffice: of the one that leaks least and has any.
    let teller = [best].into_iter().chain(0..view.options().len());
    let Some(i) = teller
        .into_iter()
        .find(|&i| view.option(i).is_some_and(|o| !o.stories.is_empty()))
    else {
        return String::new();
    };
    let stories = view.option(i).map_or(&[][..], |o| &o.stories);
    let mut out = String::new();
    for story in stories {
        let kind = match story.kind {
            "leaker" => "One that leaked",
            "kill" => "One that was killed",
            other => other,
        };
        push!(
            out,
            "<div class=\"story {}\"><p><b>{}</b>, under {} (run {}). {}</p></div>\n",
            option_class(i),
            escaped(kind),
            badge(i),
            story.run,
            escaped(&story.text)
        );
    }
    out
}
