//! What invented releases are made of. Every sentence is a subject, a verb and two complements,
//! so that lengths of words, accents and punctuation are those of real ones; the sense is not.

/// The material of one language.
pub struct Words {
    /// Beginnings of titles.
    pub topics: &'static [&'static str],
    pub subjects: &'static [&'static str],
    pub verbs: &'static [&'static str],
    pub objects: &'static [&'static str],
    pub closings: &'static [&'static str],
    pub connectives: &'static [&'static str],
    /// Quotations, without their marks.
    pub quotes: &'static [&'static str],
    pub speakers: &'static [&'static str],
    pub headings: &'static [&'static str],
    pub items: &'static [&'static str],
    /// Tags, forty of them.
    pub tags: [&'static str; 40],
    pub series: &'static [&'static str],
    pub months: [&'static str; 12],
}

/// A region with some of its provinces, in French and Arabic.
pub struct Place {
    pub names: [&'static str; 2],
    pub provinces: &'static [[&'static str; 2]],
    /// Its share of the releases.
    pub weight: u64,
}

pub const NATIONAL: &str = "national";

pub const PLACES: [Place; 12] = [
    Place {
        names: ["Tanger-Tétouan-Al Hoceima", "طنجة-تطوان-الحسيمة"],
        provinces: &[
            ["Tétouan", "تطوان"],
            ["Larache", "العرائش"],
            ["Chefchaouen", "شفشاون"],
            ["Ouezzane", "وزان"],
        ],
        weight: 9,
    },
    Place {
        names: ["Oriental", "الشرق"],
        provinces: &[["Nador", "الناضور"], ["Berkane", "بركان"], ["Jerada", "جرادة"], ["Driouch", "الدريوش"]],
        weight: 7,
    },
    Place {
        names: ["Fès-Meknès", "فاس-مكناس"],
        provinces: &[
            ["Ifrane", "إفران"],
            ["Sefrou", "صفرو"],
            ["Taounate", "تاونات"],
            ["Boulemane", "بولمان"],
        ],
        weight: 10,
    },
    Place {
        names: ["Rabat-Salé-Kénitra", "الرباط-سلا-القنيطرة"],
        provinces: &[["Rabat", "الرباط"], ["Salé", "سلا"], ["Kénitra", "القنيطرة"], ["Khémisset", "الخميسات"]],
        weight: 13,
    },
    Place {
        names: ["Béni Mellal-Khénifra", "بني ملال-خنيفرة"],
        provinces: &[["Azilal", "أزيلال"], ["Khouribga", "خريبكة"], ["Khénifra", "خنيفرة"]],
        weight: 6,
    },
    Place {
        names: ["Casablanca-Settat", "الدار البيضاء-سطات"],
        provinces: &[["Casablanca", "الدار البيضاء"], ["Settat", "سطات"], ["El Jadida", "الجديدة"]],
        weight: 18,
    },
    Place {
        names: ["Marrakech-Safi", "مراكش-آسفي"],
        provinces: &[
            ["Marrakech", "مراكش"],
            ["Essaouira", "الصويرة"],
            ["Al Haouz", "الحوز"],
            ["Chichaoua", "شيشاوة"],
        ],
        weight: 11,
    },
    Place {
        names: ["Drâa-Tafilalet", "درعة-تافيلالت"],
        provinces: &[
            ["Errachidia", "الرشيدية"],
            ["Ouarzazate", "ورزازات"],
            ["Zagora", "زاكورة"],
            ["Midelt", "ميدلت"],
        ],
        weight: 6,
    },
    Place {
        names: ["Souss-Massa", "سوس-ماسة"],
        provinces: &[["Taroudannt", "تارودانت"], ["Tiznit", "تيزنيت"]],
        weight: 9,
    },
    Place {
        names: ["Guelmim-Oued Noun", "كلميم-واد نون"],
        provinces: &[["Guelmim", "كلميم"], ["Tan-Tan", "طانطان"], ["Sidi Ifni", "سيدي إفني"]],
        weight: 4,
    },
    Place {
        names: ["Laâyoune-Sakia El Hamra", "العيون-الساقية الحمراء"],
        provinces: &[["Laâyoune", "العيون"], ["Boujdour", "بوجدور"], ["Tarfaya", "طرفاية"]],
        weight: 4,
    },
    Place {
        names: ["Dakhla-Oued Ed-Dahab", "الداخلة-وادي الذهب"],
        provinces: &[["Oued Ed-Dahab", "وادي الذهب"], ["Aousserd", "أوسرد"]],
        weight: 3,
    },
];

#[rustfmt::skip]
pub const FRENCH: Words = Words {
    topics: &[
        "Barrage", "Transport scolaire", "Centre de santé", "Budget communal", "Journée des femmes",
        "Congrès régional", "Forêt", "Artisanat", "Rentrée scolaire", "Pêche côtière", "Eau potable",
        "Zone industrielle", "Route provinciale", "Jeunesse", "Patrimoine", "Énergie solaire", "Marché de gros",
        "Handicap", "Emploi", "Séisme : la reconstruction", "Sécheresse", "Logement", "Culture", "Sport pour tous",
        "Collectivités", "Gestion des déchets", "Oasis", "Université", "Coopératives", "Diaspora",
    ],
    subjects: &[
        "Le bureau politique", "La section provinciale", "Le groupe parlementaire", "La secrétaire régionale",
        "Le conseil national", "L'organisation des jeunes", "L'assemblée des élus", "La commission de l'agriculture",
        "Le comité de suivi", "La députée de la circonscription", "La jemaâ du douar", "L'association des parents",
        "Le maire de la commune", "La présidente du conseil", "La coopérative des femmes", "Le collectif des usagers",
        "Une délégation de cadres", "L'amicale des enseignants", "Le porte-parole", "La coordination régionale",
        "Le syndicat des pêcheurs", "Le réseau des élus locaux", "Un groupe d'ingénieurs", "La conférence des maires",
        "Le cercle des étudiantes", "Le secrétariat général", "La fédération des artisans", "La chambre d'agriculture",
        "L'équipe médicale", "Le syndicat d'initiative", "La trésorière", "L'opposition municipale",
    ],
    verbs: &[
        "a présenté", "demande", "a rappelé", "salue", "propose", "a examiné", "regrette", "soutient", "a adopté",
        "a visité", "réclame", "a dénoncé", "défend", "a lancé", "prépare", "a obtenu", "refuse", "a transmis",
        "appelle à suivre", "détaille", "accueille avec intérêt", "a mis en question", "publie", "a évalué",
        "suit de près", "a chiffré", "souhaite améliorer", "a inscrit à son ordre du jour", "a voté", "renouvelle",
    ],
    objects: &[
        "le plan de réhabilitation des canaux", "la gratuité du transport scolaire", "un calendrier précis des travaux",
        "la création d'un centre de soins de proximité", "la révision du schéma d'aménagement",
        "l'ouverture d'une ligne de nuit", "les comptes du conseil régional", "un fonds pour les jeunes entreprises",
        "la réfection de la piste de montagne", "le programme de lutte contre l'abandon scolaire",
        "la protection des terres agricoles", "un moratoire sur les nouveaux forages", "l'état des internats",
        "la baisse du prix des intrants", "le règlement intérieur du marché de gros", "la rénovation de la médina",
        "l'extension du réseau d'assainissement", "la modernisation du port", "le statut des travailleuses saisonnières",
        "l'accès à l'eau potable", "une enquête publique indépendante", "les résultats de l'appel d'offres",
        "un observatoire des prix", "la formation des élues", "le recensement des habitations fissurées",
        "la couverture du réseau mobile", "l'indemnisation des éleveurs", "la mise en service de la station",
        "une bibliothèque itinérante", "un guichet unique pour les associations", "le reboisement des versants",
        "la sécurité des passages à niveau", "le maintien des classes rurales", "un pacte pour l'emploi local",
    ],
    closings: &[
        "avant la fin de l'année", "en présence de nombreux citoyens", "dans un délai de six mois",
        "conformément à la loi organique", "au terme d'une réunion de quatre heures", "à l'unanimité",
        "pour l'ensemble des communes rurales", "avec le concours de l'université", "malgré les retards constatés",
        "sans attendre la prochaine session", "au bénéfice de douze mille familles", "lors de sa session ordinaire",
        "dans le respect des équilibres budgétaires", "après trois années de sécheresse", "à l'échelle de la province",
        "en concertation avec les habitants", "sous le contrôle de la cour des comptes", "dès le mois prochain",
        "dans les quartiers les plus éloignés", "à la demande des syndicats", "sur la base d'un audit",
        "par souci d'équité entre les territoires", "au siège de la région", "devant la presse locale",
        "pour un montant de 14,6 millions de dirhams", "entre 9 h 30 et 17 h", "dans 48 communes sur 63",
    ],
    connectives: &[
        "Par ailleurs,", "En outre,", "À cet égard,", "Cependant,", "De plus,", "Dans le même esprit,", "Enfin,",
        "C'est pourquoi", "À l'issue des débats,", "Selon les derniers chiffres,", "Sur ce point,", "Depuis lors,",
    ],
    quotes: &[
        "Nous ne demandons pas une faveur, mais l'application de la loi",
        "L'eau ne peut attendre la prochaine campagne",
        "Une école fermée, c'est un village qui s'éteint",
        "Qui paiera, et jusqu'à quand ?",
        "Les chiffres sont publics : chacun peut les vérifier",
        "Il faut écouter celles et ceux qui vivent ici",
        "La décentralisation se mesure au robinet et sur la route",
        "Notre proposition est prête, financée et votée",
        "Le temps des promesses est passé !",
        "Ce projet appartient aux habitants",
    ],
    speakers: &[
        "Nadia Ouhaddou", "Karim Belfkih", "Samira Aït Lahcen", "Youssef Tazi-Mernissi", "Hind El Gharbaoui",
        "Mohamed Amzil", "Fatima-Zahra Rochdi", "Abdelilah Sqalli", "Ilham Boutaleb", "Rachid Oufkiri",
    ],
    headings: &[
        "Ce que nous proposons", "Les chiffres", "Calendrier", "Réactions", "Prochaines étapes", "Contexte",
        "Financement", "Décisions", "Rappel des faits", "Programme de la journée",
    ],
    items: &[
        "publier les contrats de gestion déléguée", "réserver un tiers du budget aux communes rurales",
        "ouvrir les données de la qualité de l'eau", "former 120 animatrices de quartier",
        "réparer les 37 ponts recensés en 2019", "fixer un prix plancher du lait", "doubler les bourses d'internat",
        "créer un comité de suivi paritaire", "rendre compte tous les trois mois", "équiper quatre dispensaires",
        "revoir la carte des abattoirs", "planter 60 000 arganiers",
    ],
    tags: [
        "Eau", "Agriculture", "Santé", "Éducation", "Transports", "Emploi", "Jeunesse", "Femmes", "Culture", "Sport",
        "Environnement", "Énergie", "Logement", "Industrie", "Pêche", "Tourisme", "Artisanat", "Fiscalité", "Budget",
        "Justice", "Droits humains", "Diaspora", "Numérique", "Recherche", "Forêts", "Montagne", "Oasis", "Littoral",
        "Patrimoine", "Commerce", "Sécurité routière", "Vie du parti", "Élections", "Parlement",
        "Collectivités locales", "Économie sociale", "Handicap", "Enfance", "Retraites", "Aménagement du territoire",
    ],
    series: &[
        "Tournée des provinces", "Cent jours", "Carnets de campagne", "Les grands chantiers", "Paroles d'élus",
        "Rentrée politique", "Cahiers de l'eau", "Congrès",
    ],
    months: [
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ],
};

#[rustfmt::skip]
pub const ARABIC: Words = Words {
    topics: &[
        "السدود", "النقل المدرسي", "المركز الصحي", "الميزانية الجماعية", "اليوم العالمي للمرأة", "المؤتمر الجهوي",
        "الغابات", "الصناعة التقليدية", "الدخول المدرسي", "الصيد الساحلي", "الماء الصالح للشرب", "المنطقة الصناعية",
        "الطريق الإقليمية", "الشباب", "التراث", "الطاقة الشمسية", "سوق الجملة", "الأشخاص في وضعية إعاقة", "التشغيل",
        "إعادة الإعمار", "الجفاف", "السكن", "الثقافة", "الرياضة للجميع", "الجماعات الترابية", "تدبير النفايات",
    ],
    subjects: &[
        "المكتب السياسي", "الفرع الإقليمي", "الفريق البرلماني", "الكاتبة الجهوية", "المجلس الوطني", "منظمة الشبيبة",
        "منتخبو الحزب", "لجنة الفلاحة", "لجنة التتبع", "نائبة الدائرة", "سكان الدوار", "جمعية الآباء",
        "رئيس الجماعة", "رئيسة المجلس", "تعاونيات النساء", "تنسيقية المرتفقين", "وفد من الأطر", "أساتذة المنطقة",
        "الناطق الرسمي", "التنسيقية الجهوية", "صيادو الميناء", "شبكة المنتخبين المحليين", "فريق من المهندسين",
        "طالبات الكلية", "الأمانة العامة", "فدرالية الحرفيين", "الفلاحون", "الفريق الطبي", "مستشارو المعارضة",
    ],
    verbs: &[
        "قدم", "طالب بدعم", "ذكّر بأهمية", "نوه بمشروع", "اقترح", "ناقش", "أعرب عن أسفه لتأخر", "ساند", "صادق على",
        "زار ورش", "دعا إلى مراجعة", "انتقد تعثر", "دافع عن", "أطلق", "هيأ", "انتزع", "رفض المساس بشأن", "أحال على الحكومة",
        "تابع عن كثب", "سجل بارتياح", "نشر حصيلة", "قيّم", "برمج", "جدد مطلب",
    ],
    objects: &[
        "برنامج تأهيل السواقي", "مجانية النقل المدرسي", "جدول زمني دقيق للأشغال", "إحداث مركز صحي للقرب",
        "مراجعة تصميم التهيئة", "فتح خط ليلي للحافلات", "حسابات مجلس الجهة", "صندوق لدعم المقاولات الشابة",
        "إصلاح المسلك الجبلي", "برنامج محاربة الهدر المدرسي", "حماية الأراضي الفلاحية", "وقف حفر الآبار الجديدة",
        "وضعية الداخليات", "خفض أسعار المدخلات", "النظام الداخلي لسوق الجملة", "ترميم المدينة العتيقة",
        "توسيع شبكة التطهير السائل", "تحديث الميناء", "أوضاع العاملات الموسميات", "الولوج إلى الماء الصالح للشرب",
        "بحث عمومي مستقل", "نتائج طلب العروض", "مرصد للأسعار", "تكوين المنتخبات", "إحصاء المنازل المتصدعة",
        "تغطية شبكة الهاتف", "تعويض مربي الماشية", "تشغيل محطة المعالجة", "مكتبة متنقلة", "تشجير السفوح",
    ],
    closings: &[
        "قبل متم السنة الجارية", "بحضور عدد كبير من المواطنين", "داخل أجل ستة أشهر", "طبقا للقانون التنظيمي",
        "عقب اجتماع دام أربع ساعات", "بالإجماع", "لفائدة مجموع الجماعات القروية", "بشراكة مع الجامعة",
        "رغم التأخر المسجل", "دون انتظار الدورة المقبلة", "لفائدة اثني عشر ألف أسرة", "خلال دورته العادية",
        "في احترام للتوازنات المالية", "بعد ثلاث سنوات من الجفاف", "على صعيد الإقليم", "بتشاور مع الساكنة",
        "تحت مراقبة المجلس الجهوي للحسابات", "ابتداء من الشهر المقبل", "في الأحياء الأكثر بعدا", "بطلب من النقابات",
        "إنصافا للمجالات الترابية", "بمقر الجهة", "أمام الصحافة المحلية", "بغلاف مالي قدره 14,6 مليون درهم",
        "في 48 جماعة من أصل 63",
    ],
    connectives: &[
        "ومن جهة أخرى", "وعلاوة على ذلك", "وفي هذا الصدد", "غير أنه", "وفي السياق نفسه", "وأخيرا", "ولهذا السبب",
        "وفي ختام النقاش", "وحسب آخر المعطيات", "ومنذ ذلك الحين",
    ],
    quotes: &[
        "لا نطلب امتيازا، بل تطبيق القانون", "الماء لا ينتظر الحملة المقبلة", "إغلاق مدرسة يعني انطفاء قرية",
        "من سيؤدي الثمن، وإلى متى؟", "الأرقام منشورة ويمكن للجميع أن يتحقق منها", "علينا أن ننصت لمن يعيشون هنا",
        "اللامركزية تقاس بالصنبور وبالطريق", "مقترحنا جاهز وممول ومصادق عليه", "هذا المشروع ملك للساكنة",
    ],
    speakers: &[
        "نادية أوحدو", "كريم بلفقيه", "سميرة أيت لحسن", "يوسف التازي المرنيسي", "هند الغرباوي", "محمد أمزيل",
        "فاطمة الزهراء رشدي", "عبد الإله الصقلي", "إلهام بوطالب",
    ],
    headings: &[
        "ما نقترحه", "الأرقام", "الجدول الزمني", "ردود الفعل", "الخطوات المقبلة", "السياق", "التمويل", "القرارات",
        "برنامج اليوم",
    ],
    items: &[
        "نشر عقود التدبير المفوض", "تخصيص ثلث الميزانية للجماعات القروية", "فتح معطيات جودة الماء",
        "تكوين 120 منشطة للأحياء", "إصلاح القناطر المحصاة سنة 2019", "تحديد سعر أدنى للحليب",
        "مضاعفة منح الداخليات", "إحداث لجنة تتبع متساوية الأعضاء", "تقديم الحصيلة كل ثلاثة أشهر", "تجهيز أربعة مستوصفات",
    ],
    tags: [
        "الماء", "الفلاحة", "الصحة", "التعليم", "النقل", "التشغيل", "الشباب", "المرأة", "الثقافة", "الرياضة", "البيئة",
        "الطاقة", "السكن", "الصناعة", "الصيد البحري", "السياحة", "الصناعة التقليدية", "الجبايات", "الميزانية", "العدالة",
        "حقوق الإنسان", "مغاربة العالم", "الرقمنة", "البحث العلمي", "الغابات", "الجبل", "الواحات", "الساحل", "التراث",
        "التجارة", "السلامة الطرقية", "حياة الحزب", "الانتخابات", "البرلمان", "الجماعات الترابية", "الاقتصاد الاجتماعي",
        "الإعاقة", "الطفولة", "التقاعد", "إعداد التراب",
    ],
    series: &["جولة الأقاليم", "مائة يوم", "الأوراش الكبرى", "دفاتر الماء"],
    months: [
        "يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو", "يوليوز", "غشت", "شتنبر", "أكتوبر", "نونبر", "دجنبر",
    ],
};
