//! The page of cards.

use super::{against, figure, printed, turn};
use crate::page::shell;
use crate::svg::{breakable, escaped};
use cupola_campaign::claims::{Judged, Verdict};
use cupola_scenario::claims::Kind;

/// One self-contained HTML page with a card for each claim.
pub fn claims_html(judged: &[Judged]) -> String {
    let mut body = String::from(
        "<p class=\"question\">Which sentences of the debate hold?</p>\n<p>Each number below was \
         computed for this page by the calls that <code>cupola run</code> uses. A verdict says what the \
         number and its 95&nbsp;% interval say about the threshold; where the sentence leaves something \
         open that turns it, the verdict is that it depends. Thresholds are ours and stand in the claim's \
         file.</p>\n",
    );
    body.push_str(
        "<div class=\"wide\"><table id=\"t-claims\" class=\"ledger\"><caption>All claims</caption>\
         <thead><tr><th scope=\"col\">Claim</th><th scope=\"col\">Verdict</th>\
         <th scope=\"col\">Number</th></tr></thead><tbody>",
    );
    for one in judged {
        push!(
            body,
            "<tr><th scope=\"row\"><a href=\"#{}\">{}. {}</a></th><td>{}</td><td>{}</td></tr>",
            escaped(&one.claim.id),
            one.claim.number,
            escaped(&one.claim.title),
            badge(one.verdict),
            escaped(&printed(&one.number, &one.claim.quantity.unit)),
        );
    }
    body.push_str("</tbody></table></div>\n");
    for one in judged {
        body.push_str(&card(one));
    }
    shell(
        "Claims of the debate, tried",
        "cupola · an analysis by simulation, not a forecast",
        &body,
    )
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Fails => "does not hold",
        Verdict::Depends => "depends",
    }
}

fn badge(verdict: Verdict) -> String {
    format!(
        "<span class=\"verdict verdict-{}\">{}</span>",
        verdict.name(),
        words(verdict)
    )
}

fn card(judged: &Judged) -> String {
    let claim = &judged.claim;
    let mut out = format!(
        "<section id=\"{}\" class=\"card\"><h2><span class=\"number\">{}</span> {} {}</h2>\n\
         <p class=\"question\">{}</p>\n<p class=\"mark\">{}, {}; {}.</p>\n",
        escaped(&claim.id),
        claim.number,
        escaped(&claim.title),
        badge(judged.verdict),
        escaped(&claim.sentence),
        escaped(&claim.who),
        escaped(&claim.when.to_string()),
        escaped(&claim.r#where),
    );
    push!(
        out,
        "<p><b>{}: {}</b> ({} in brackets; n = {}). The claim {}: {}.</p>\n",
        escaped(&capital(&claim.quantity.words)),
        escaped(&printed(&judged.number, &claim.quantity.unit)),
        interval(claim.quantity.kind),
        judged.number.n,
        escaped(&against(judged)),
        escaped(&claim.threshold.why),
    );
    out.push_str(&crate::sections::figure(
        &figure::figure(judged),
        "Dot: the number; bar: its interval. Green where the claim holds, red where it fails.",
    ));
    out.push_str(&depends(judged));
    push!(
        out,
        "<p><b>How.</b> {} <b>Not shown.</b> {}</p>\n",
        escaped(&claim.test),
        escaped(&claim.limits)
    );
    let repeat = format!("cupola claims {}", claim.id);
    push!(
        out,
        "<p class=\"mark\">Sources: {}. Scenario <code>{}</code>; repeat with <code>{}</code>.</p>\n\
         </section>\n",
        escaped(&claim.sources.join("; ")),
        escaped(&claim.scenario),
        breakable(&repeat),
    );
    out
}

/// What the interval of a kind of number is.
fn interval(kind: Kind) -> &'static str {
    match kind {
        Kind::Cover => "range over the seeds of the terrain",
        Kind::Endurance => "median of the draws of the inputs, 5 to 95&nbsp;% of them",
        Kind::Ratio | Kind::Stopped | Kind::Relief => "95&nbsp;% interval of the expected value",
    }
}

/// What would change the verdict.
fn depends(judged: &Judged) -> String {
    let flips = judged.flips();
    if flips.is_empty() {
        return "<p><b>What would change it.</b> Nothing that was varied.</p>\n".to_owned();
    }
    let mut out = String::from("<p><b>What would change it.</b></p>\n<ul>\n");
    for variant in flips {
        let open = if variant.open {
            " (the sentence leaves it open)"
        } else {
            ""
        };
        push!(
            out,
            "<li>{}, {}{open}</li>\n",
            escaped(&turn(variant)),
            escaped(&printed(&variant.number, &judged.claim.quantity.unit)),
        );
    }
    out.push_str("</ul>\n");
    out
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().collect());
    first + letters.as_str()
}
