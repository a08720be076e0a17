use super::*;

fn morocco() -> Territory {
    Territory::morocco()
}

/// The evidence for a text, `!` after what is sure.
fn evidence(title: &str, body: &str) -> String {
    let morocco = morocco();
    let detection = detect(&morocco, title, body);
    let sure = if detection.sure { " !" } else { "" };
    format!("{}{sure}", detection.evidence(&morocco))
}

#[track_caller]
fn check(body: &str, expected: &str) {
    assert_eq!(evidence("", body), expected, "{body}");
}

#[test]
fn a_region_that_is_called_one_is_sure() {
    check("Une rencontre s’est tenue dans la région de Souss-Massa.", "Souss-Massa ×1 → MA-09 !");
    check("عقد الحزب لقاء بجهة سوس – ماسة.", "سوس – ماسة ×1 → MA-09 !");
    check("Les élus de l’Oriental ont tenu leur réunion.", "l’Oriental ×1 → MA-02 !");
}

#[test]
fn provinces_count_once_a_sentence_and_lists_share_a_cue() {
    check(
        "Les secrétariats provinciaux d’Agadir Ida-Outanane et d’Inezgane-Aït Melloul se sont réunis. \
         Tiznit, oui Tiznit, suivra.",
        "Agadir Ida-Outanane ×1, Inezgane-Aït Melloul ×1, Tiznit ×1 → MA-09 !",
    );
    let morocco = morocco();
    let detection = detect(&morocco, "", "Les provinces de Tata et de Tiznit manquent d’eau.");
    let slugs: Vec<_> = detection.provinces.iter().map(|id| &*morocco.province(*id).slug).collect();
    assert_eq!(slugs, ["tata", "tiznit"]);
}

#[test]
fn a_section_after_a_slash_is_a_province() {
    check("Le congrès provincial USFP/Taroudant a élu son bureau.", "Taroudant ×1 → MA-09");
}

#[test]
fn a_venue_says_nothing() {
    check("Le parti a réuni la presse au siège central du parti à Rabat.", "→ national");
    check("Le Conseil national, réuni à Casablanca, a voté la motion.", "→ national");
    check("انعقد اجتماع بالمقر المركزي للحزب بالرباط.", "→ national");
    check("اجتمع المكتب السياسي بالرباط.", "→ national");
    check(
        "Au siège du parti à Rabat, le secrétaire provincial de Midelt a parlé de la province de Midelt.",
        "Midelt ×1 → MA-08",
    );
}

#[test]
fn a_meeting_of_leaders_with_a_places_people_is_about_the_place() {
    check("Le Bureau politique a rencontré hier les militants à Nador. Nador attend.", "Nador ×2 → MA-02 !");
}

#[test]
fn a_dateline_says_nothing() {
    check("Rabat, le 12 mars 2026\n\nLe gouvernement doit répondre.", "→ national");
    check("RABAT (MAP) – Le gouvernement doit répondre.", "→ national");
    check("الرباط/4 غشت 2015/ومع/ على الحكومة أن تجيب.", "→ national");
    check("Rabat – Les militants de Zagora et d’Errachidia ont parlé.", "Errachidia ×1, Zagora ×1 → MA-08");
    check("Le texte suit.\n\nFait à Rabat, le 3 mai 2026", "→ national");
}

#[test]
fn institutions_and_texts_that_bear_a_name_say_nothing() {
    check("Le parti rappelle l’appel de Marrakech et les accords de Rabat.", "→ national");
    check("Un colloque à l’Université Hassan II de Casablanca.", "→ national");
    check("La place Casablanca Finance City recrute.", "→ national");
    check("ذكر الحزب بنداء مراكش.", "→ national");
}

#[test]
fn people_that_bear_a_name_say_nothing() {
    check("Le député Driss Larache a posé une question à M. Taounate.", "→ national");
    check("Le prince Moulay Rachid a reçu les élus.", "→ national");
    check("استقبل الأمير مولاي رشيد الوفد.", "→ national");
}

#[test]
fn names_in_latin_script_need_a_capital() {
    check("L’argent sale et le rabat de prix nuisent à la taza de café.", "→ national");
    check("Sale affaire que celle-là.", "→ national");
    check("Les quartiers de Salé manquent d’eau. Salé le dit.", "Salé ×2 → MA-04");
}

#[test]
fn particles_do_not_hide_an_arabic_name() {
    check("نظم الحزب لقاء تواصليا بالدار البيضاء.", "الدار البيضاء ×1 → MA-06");
    check("وببني ملال وخنيفرة لقاءات.", "بني ملال ×1, خنيفرة ×1 → MA-05 !");
    check("زيارة لتيزنيت وتارودانت.", "تيزنيت ×1, تارودانت ×1 → MA-09 !");
    check("مؤتمر إقليمي للحزب بالحسيمة", "الحسيمة ×1 → MA-01");
}

#[test]
fn common_arabic_words_need_a_cue() {
    check("السنة الجديدة في الشرق الأوسط كما ذكر أنفا رأته العيون.", "→ national");
    check("لقاء بإقليم الجديدة.", "الجديدة ×1 → MA-06");
    check("لقاء بجهة الشرق.", "الشرق ×1 → MA-02 !");
    check("لقاء بمدينة العيون.", "العيون ×1 → MA-11");
}

#[test]
fn the_south_is_three_regions() {
    check(
        "L’avenir des provinces du Sud est au cœur du débat.",
        "provinces du Sud ×1 (MA-10), provinces du Sud ×1 (MA-11), provinces du Sud ×1 (MA-12) → national",
    );
    check(
        "التنمية في الأقاليم الجنوبية.",
        "الأقاليم الجنوبية ×1 (MA-10), الأقاليم الجنوبية ×1 (MA-11), الأقاليم الجنوبية ×1 (MA-12) → national",
    );
}

#[test]
fn several_regions_make_it_national() {
    check(
        "Des réunions ont eu lieu à Tiznit, à Oujda et à Settat.",
        "Oujda ×1 (MA-02), Settat ×1 (MA-06), Tiznit ×1 (MA-09) → national",
    );
    check("Le parti appelle à l’unité.", "→ national");
}

#[test]
fn the_longest_name_is_taken() {
    check("La région de Fès-Meknès et Fès.", "Fès-Meknès ×1, Fès ×1 → MA-03 !");
    check("Marrakech-Safi investit.", "Marrakech-Safi ×1 → MA-07 !");
}

#[test]
fn municipalities_are_weak_and_namesakes_none() {
    check("Des travaux à Biougra.", "Biougra ×1 (MA-09) → national");
    check("Des travaux dans la commune de Biougra.", "Biougra ×1 → MA-09");
    check("Des travaux à Oulad Aissa.", "→ national");
    check("Le douar de Tah et la salle Fifi.", "Tah ×1 → MA-11");
}

#[test]
fn the_title_weighs_most_and_places_are_of_the_body() {
    let morocco = morocco();
    let body = "Les élus de Tiznit ont parlé. Rabat a répondu.\n\nFin.";
    let detection = detect(&morocco, "Congrès provincial de Tiznit", body);
    assert_eq!(detection.evidence(&morocco), "Tiznit ×2, Rabat ×1 (MA-04) → MA-09");
    assert_eq!(&body[detection.mentions[0].first.range()], "Tiznit");
    let detection = detect(&morocco, "Congrès provincial de Tiznit", "Rien.");
    assert_eq!(detection.mentions[0].first, Span::default());
}

#[test]
fn no_text_makes_it_fail() {
    for body in
        ["", " ", "’", "Rabat", "«Rabat»,", "الرباط", "ل", "بب", "\u{feff}\n\n-\n", "L’", "Fès–", "é\u{301}"]
    {
        evidence(body, body);
    }
}

#[test]
fn a_long_text_takes_linear_time() {
    let body = "Sidi Sidi Bni Aït Oulad الدار بني سيدي ".repeat(20_000);
    let start = std::time::Instant::now();
    evidence("", &body);
    assert!(start.elapsed().as_secs() < 10);
}
