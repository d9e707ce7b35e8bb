//! The words that plain language is made of, by class. General words only: what is in no list says nothing.
//! The lists of verbs and nouns lean to what is said about machines, because that is what is asked here.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The class of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// what, why, how …
    Question,
    /// is, does, can … and the like with "not"
    Auxiliary,
    /// I, me, it, something …
    Pronoun,
    /// the, my, this …: a noun follows
    Determiner,
    /// a, an: also the name of a file that was named in a hurry
    Article,
    /// all, any, every …: also what tools call their "everything"
    Quantifier,
    /// of, with, from …
    Preposition,
    /// in, on, to …: also operands
    Particle,
    /// and, but, if …
    Conjunction,
    /// please, thanks …
    Polite,
    /// hello, yes, okay …: they begin what is said
    Greeting,
    /// not, already, again …
    Adverb,
    /// what can be asked for: show, list, remove …
    Verb,
    /// what a program does of itself: says, fails, keeps …
    Reports,
    /// file, folder, process …
    Noun,
    /// big, empty, current …
    Adjective,
    /// a frequent small word of another language
    Foreign,
}

/// The class of a word in lower case, its ending taken off where that makes it known.
pub(super) fn class(word: &str) -> Option<Class> {
    // The longest word that is listed has 14 letters.
    if word.is_empty() || word.len() > 18 {
        return None;
    }
    let exact = |word: &str| LEXICON.get(word).copied();
    exact(word).or_else(|| contraction(word)).or_else(|| {
        let stem = |ending: &str| word.strip_suffix(ending).filter(|stem| stem.len() >= 3);
        let open = |class: &Class| matches!(class, Class::Verb | Class::Noun | Class::Adjective);
        let with_e = |stem: &str| exact(&format!("{stem}e"));
        let with_y = |stem: &str| exact(&format!("{stem}y"));
        // running → run: the consonant is doubled before the ending.
        let single = |stem: &str| {
            let mut letters = stem.chars().rev();
            let doubled = letters.next().is_some_and(|last| letters.next() == Some(last));
            exact(&stem[..stem.len() - usize::from(doubled)])
        };
        stem("s")
            .and_then(exact)
            .or_else(|| stem("es").and_then(exact))
            .or_else(|| stem("ies").or_else(|| stem("ied")).and_then(with_y))
            .or_else(|| {
                let stem = stem("ing").or_else(|| stem("ed"))?;
                exact(stem).or_else(|| with_e(stem)).or_else(|| single(stem))
            })
            .or_else(|| {
                let stem = stem("er")?;
                let class = exact(stem).or_else(|| with_e(stem)).or_else(|| single(stem))?;
                // Who does is a thing; what is more so is still what it is.
                Some(if class == Class::Verb { Class::Noun } else { class })
            })
            .or_else(|| stem("ly").and_then(exact))
            .filter(open)
            .or_else(|| by_ending(word))
            .or_else(|| by_parts(word))
    })
}

/// What a longer word that no list has is by its ending. Names are seldom so long and end so.
fn by_ending(word: &str) -> Option<Class> {
    let singular = word.strip_suffix('s').unwrap_or(word);
    let ends = |word: &str, endings: &str| endings.split(' ').any(|ending| word.ends_with(ending));
    if word.len() < 8 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    if ends(word, "ically ately ently antly ively ously fully ably") {
        Some(Class::Adverb)
    } else if ends(singular, "tion sion ment ness ity ance ence ology") {
        Some(Class::Noun)
    } else if ends(word, "able ible ous ful less ical ive ated ized ised ified") {
        Some(Class::Adjective)
    } else if ends(word, "ate ize ise ify") {
        Some(Class::Verb)
    } else {
        None
    }
}

/// non-default, application-specific: no names.
fn by_parts(word: &str) -> Option<Class> {
    let (start, end) = word.rsplit_once('-')?;
    let described = ["non", "pre", "multi", "single", "self"].contains(&start)
        || LEXICON.get(end) == Some(&Class::Adjective);
    described.then_some(Class::Adjective)
}

/// don't, what's, I'm …, with either apostrophe.
fn contraction(word: &str) -> Option<Class> {
    let (stem, ending) = word.split_once(['\'', '’'])?;
    match ending {
        "t" if stem.ends_with('n') => Some(Class::Auxiliary),
        "s" | "re" | "ve" | "ll" | "d" | "m" => match LEXICON.get(stem).copied() {
            Some(class @ (Class::Question | Class::Pronoun)) => Some(class),
            _ if stem == "let" || stem == "i" => Some(Class::Pronoun),
            _ => Some(Class::Noun),
        },
        _ => None,
    }
}

static LEXICON: LazyLock<HashMap<&'static str, Class>> = LazyLock::new(|| {
    let mut lexicon = HashMap::with_capacity(2048);
    // From the most open class to the most closed: a word that is in two lists is of the more telling class.
    for (words, class) in LISTS {
        lexicon.extend(words.split_ascii_whitespace().map(|word| (word, class)));
    }
    lexicon
});

const LISTS: [(&str, Class); 17] = [
    (FOREIGN, Class::Foreign),
    (ADJECTIVES, Class::Adjective),
    (NOUNS, Class::Noun),
    (VERBS, Class::Verb),
    (REPORTS, Class::Reports),
    (ADVERBS, Class::Adverb),
    (POLITE, Class::Polite),
    (GREETINGS, Class::Greeting),
    (CONJUNCTIONS, Class::Conjunction),
    (PARTICLES, Class::Particle),
    (PREPOSITIONS, Class::Preposition),
    (QUANTIFIERS, Class::Quantifier),
    (ARTICLES, Class::Article),
    (DETERMINERS, Class::Determiner),
    (PRONOUNS, Class::Pronoun),
    (AUXILIARIES, Class::Auxiliary),
    (QUESTIONS, Class::Question),
];

const QUESTIONS: &str = "what who whom whose which when where why how whats hows wheres whos wherever
    whatever whichever whether";

const AUXILIARIES: &str = "is are was were am be been being does did do has have had having can could should
    would will shall may might must cannot cant dont doesnt isnt wont arent ain't gonna wanna gotta ought";

const PRONOUNS: &str = "i me you we us he him she they them it its itself myself yourself themselves
    something anything everything nothing someone anyone everyone somebody anybody everybody nobody mine yours
    ours theirs im ive id ill youre theyre lets there's thats";

const DETERMINERS: &str =
    "the my your our their his her this that these those teh some any every each another";

const ARTICLES: &str = "a an";

const QUANTIFIERS: &str = "all any every each some no none both either neither other others many much
    most more several few fewer enough only such various multiple least";

const PREPOSITIONS: &str = "of with without from into onto under over below above between within through
    during before after since against among via per than like about inside outside beyond toward towards across
    behind beside besides except excluding including around upon unlike regarding concerning throughout along
    beneath underneath near as instead according based using due by for versus vs";

const PARTICLES: &str = "in on at to up down out off until till";

const CONJUNCTIONS: &str = "and or but if then else because so while unless although though when whenever
    once nor yet plus otherwise therefore however";

const POLITE: &str = "please pls plz thanks thank thx kindly sorry";

const GREETINGS: &str =
    "hi hello hey ok okay yes no yeah yep nope sure great nice cool perfect alright welcome";

const ADVERBS: &str = "not also just now again already still here there too very really actually currently
    recursively always never often sometimes today yesterday tomorrow tonight soon later ago almost away back
    together separately alone even ever quite rather maybe perhaps probably exactly simply properly correctly
    automatically manually immediately quickly slowly easily directly respectively alphabetically numerically
    forcefully recently lately anymore anyway apart forever twice everywhere somewhere anywhere elsewhere hence
    thus well worth least approximately roughly nearly mostly mainly especially specifically basically
    interactively silently quietly verbosely locally globally remotely temporarily permanently continuously
    repeatedly simultaneously afterwards beforehand meanwhile backwards forward forwards successfully
    optionally possibly initially finally eventually usually normally typically generally";

const REPORTS: &str = "says shows keeps gives fails works looks seems takes prints returns hangs crashes
    complains gets wants needs stays goes stops exits throws reports means contains happens uses changed
    crashed failed died stopped broke refuses exceeds consumes differs owns runs belongs appears comes
    exists logged changed listens";

const VERBS: &str = "abort accept access achieve activate adapt add adjust alert allocate allow alter analyse
    analyze annotate answer append apply approve archive arrange ask assign associate attach audit authenticate
    authorise authorize automate avoid back backup balance begin block boot break bring browse build bump bundle
    calculate call cancel capture change check choose clean cleanup clear clone close collect combine come
    commit compare compile compose compress compute concatenate configure confirm connect consider consolidate
    construct consume contain continue control convert cool copy cordon correct count crash crawl create crop
    customise customize cut deactivate deal debug decide declare decode decompress decrease decrypt deduplicate
    define delete deny deploy describe destroy detach detect determine diagnose differ disable discard
    disconnect display distribute divide do download downgrade draft drain draw drop dump duplicate edit eject
    eliminate empty emulate enable encode encrypt end enforce enlarge enroll ensure enter enumerate erase
    escape establish estimate evaluate examine exclude execute exist exit expand expect explain explore export
    expose extend extract fail fetch figure fill filter find finish fix flash flatten flush follow force forget
    format forward free freeze fsck gather generate get give go grab grant grow guess guide handle happen help
    hide highlight identify ignore implement import improve include increase increment indicate infer inform
    initialise initialize insert inspect install instruct integrate interpret interrupt introduce invert
    investigate invoke isolate join jump keep kill know launch learn leave let limit link list listen load
    locate lock log login logout look lookup lower maintain make manage manipulate map mark mask match measure
    merge migrate minify minimise minimize mirror modify monitor mount move multiply mute name navigate need
    normalise normalize note notify obtain open optimise optimize order organise organize output override
    overwrite pack parse partition paste patch pause perform pick pin ping pipe place play plot point populate
    port post prefix prepare prepend present preserve press pretty prevent preview print prioritise prioritize
    probe proceed process produce profile promote prompt propose protect prove provide provision prune publish
    pull purge push put query quit raise randomise randomize read reboot rebuild receive recognise recommend
    reconnect record recover recreate redirect redo reduce refer reformat refresh register reinstall release
    reload remember remind remount remove rename reopen repair repeat replace replay reply report request
    require rerun rescan reset resize resolve restart restore restrict resume retrieve retry return reuse
    reveal reverse revert review revoke rewrite roll rollback rotate run sanitise save say scale scan schedule
    scroll search secure see select send separate serve set setup share shift shorten show shrink shuffle shut
    shutdown sign simplify simulate skip sleep slice solve sort specify speed spin split squash stage start
    stash stop store stream strip submit subscribe subtract suggest sum summarise summarize supply support
    suppress suspend swap switch sync synchronise synchronize tag take talk tell terminate test tidy toggle
    touch trace track train transcode transfer transform translate transpile transpose traverse trigger trim
    troubleshoot truncate try tune turn type unblock uncompress undo uninstall unload unlock unmount unpack
    unpause unset unzip update upgrade upload upscale use validate verify view visit visualise visualize wait
    wake walk want warn wash watch wipe wonder work worry wrap write yank zip zoom
    acquire alternate amend assemble assert await ban beautify bisect blend blur bootstrap bounce brighten
    burn bypass chop collapse colorize commence conceal condense crack curate darken decompile defer deflate
    degrade delegate demote denoise derive deselect dim disassemble discover dismiss dispatch drag embed
    emit enhance evict expire fade fake fork fuzz grind harden hibernate hold impersonate inflate inherit
    inject intercept intersect iterate mangle mention mimic mock negate nest offload omit outline overlay pad
    permute pivot poll pop prefer preload propagate quarantine rank reattach rearrange rebind recalculate
    recompile reconcile reconfigure redeploy redraw reencode regenerate reindex relabel relocate remap render
    reorder repackage replicate rescale rescue reserve reshape respond retain rewind rip scrape scrub seed
    sharpen skim smooth sniff spawn splice stagger stitch stretch taint throttle tile tint triage trust tweak
    unban uncomment uncordon undelete unfold unhide unify unlink unmask unmute unquote unregister unroll
    unstage unsubscribe untar untrack vacuum warm weigh whitelist";

const NOUNS: &str = "access account action activity addon address admin age agent alarm alert alias amount
    answer api app application architecture archive argument array artifact attachment attempt attribute audio
    author backup balance bandwidth base battery benchmark binary bit block board book bookmark boot bottom box
    branch bridge browser bucket buffer bug build bundle bus button byte cache calendar call camera card case
    cause center central certificate chain change channel char character chart check checksum child chunk city
    class client clipboard clock cloud cluster code color colour column combination command comment commit
    company comparison component compression computer condition config configuration conflict connection
    console constraint container content context contributor controller copy core cost count country cpu
    credential cron crontab current cursor cycle daemon data database dataset date day deadline definition
    delay dependency deployment depth description desktop detail device diagram dictionary difference
    digit directory disk disks display distribution dns document documentation domain download draft drive
    driver duplicate duration edge edition editor effect element email encoding encryption end endpoint
    engine entry environment error event example exception execution existence expiration expression extension
    failure fault feature feed field figure file filename filesystem filter firewall firmware flag folder font
    footprint form format frame framework frequency function game gateway generation gif goal graph group guide
    handle hard hash head header health height help hex hierarchy history home hook host hostname hotkey hour
    icon idea identity image implementation index info information ingress input instance instruction
    integer integration interface internet interval invoice ips issue item iteration job joke journal json kernel
    key keyboard keyword kind label lan language laptop latency layer layout leak length level library license
    limit line link lint list listing load loader loan local location lock log loop machine macro mail main
    man manager manifest manual map mask master match maximum mb meaning measure mechanism member memory menu
    merge message metadata metric microphone migration minimum minute mirror mirrored mistake mode model
    module monitor month mount mouse movie music name namespace network newline news node note
    notebook notification number object occurrence offset operation operator option order organization origin os
    output overview owner package packet page pair panel paragraph parameter parent part partition party
    password patch path pattern payload payment pdf peer people percentage performance permission person
    phase phone photo picture pid piece pipe pipeline place plan platform player playlist plugin pod point
    policy pool port position post prefix printer priority private problem procedure process processor product
    profile program programming progress project prompt properties property protocol provider proxy purpose
    python query question queue quota quote ram range rate rating ratio reason recommendation record redirect
    reference region register registry release reload remote repeat replica replication repo report
    repository request requirement resolution resource response rest result revision right role root route
    router row rule run runtime sample scale schedule schema scope score screen screenshot script search secret
    section sector security segment selection sequence series server service session set setting setup severity
    shape share shell shortcut side sign signal signature site situation size slash slice snapshot socket
    software solution song source space spec specification speed spot stack stacktrace staging stage standard
    start state statement statistic stats status step stick stop storage store stream string structure stuff
    style subdirectory subfolder subnet subset substring subtitle suffix suggestion sum summary support swap
    switch symbol symlink synopsis syntax system tab table tag target tarball task team template temperature
    terminal test text thing thread threshold thumbnail ticket time timeout timestamp timezone tip title token
    tool top topic total touchpad trace track traffic transaction translation trash tree trouble truth tunnel
    tutorial tuple type unit update upgrade upload uptime url usage usb use user username utility utilization
    value variable variant vector vendor version video view virtual volume vulnerability wait warning way web
    webpage website week weekend whitespace width wifi wildcard window wireless word work worker workload workspace
    world write year yaml zip zone zombie attack article recipe reply answer week thanksgiving default";

const ADJECTIVES: &str = "new used verbose one two three four five six seven eight nine ten first second third next previous
    last same half whole able absolute active actual additional advanced alive alphabetical alternative
    annotated anonymous appropriate ascii associated automatic available average bad bare basic beautiful best
    better big bigger biggest binary blank blue bold bound brief bright broken busy case central certain cheap
    clean clear closed common compact compatible complete complex concurrent configured connected consecutive
    consistent contiguous correct corrupt corrupted cross current custom daily dangling dark dead deep default
    dependent deprecated desired detailed different direct dirty disabled distinct double dry dual duplicate
    dynamic early easy effective eligible empty encrypted entire equal equivalent essential even exact excess
    executable existing expired explicit extended external extra fair false fast faster fastest fatal final fine
    fixed flat foreign free fresh friendly full functional further future general generic given global good gray
    greater green half hard healthy heavy hidden high higher highest horizontal hot huge human hundred idle
    illegal important inactive individual initial inner insecure insensitive interactive interesting internal
    invalid invisible isolated joint kernel large larger largest latest lazy left legal less light literal little
    live local locked logical long longer longest loose lost low lower lowest major manual master matching
    maximum mean minimal minor missing mixed modern monthly mutual named native natural necessary negative
    nested newer newest nightly noisy normal numeric obsolete odd offline old older oldest online optional
    original orphan orphaned outdated overall parallel partial particular pending permanent persistent physical
    plain popular positive possible potential practical precise preferred present pretty primary printable prior
    private proper public quick quiet random ready readable real recent recursive red redundant regular related
    relative relevant remaining remote responsible restricted resulting reverse rich right root rough running
    safe scheduled secondary secret secure selected sensitive separate serial several severe shallow shared short
    shorter shortest signed similar simple single slow small smaller smallest smart soft solid special specific
    specified stable stale standard static steady sticky stopped strange strict strong stuck stupid subsequent
    sudden sufficient suitable supported sure suspicious symbolic synchronous tall temporary terminated thin
    tiny total trailing true typical ugly unable unauthorized unavailable unexpected unhealthy unique universal
    unknown unlimited unmerged unreachable unstable unstaged untracked unused upcoming upper upstream useful
    useless usual valid vertical visible volatile vulnerable weak weekly weird whole wide wild wireless writable
    wrong yellow young zero";

// Those that are also English words, commands or usual operands are left out.
const FOREIGN: &str = "
    neu neue neuen starte stoppe installiere aktualisiere suche prüfe öffne kopiere verschiebe entferne woran
    wie was wer wo warum wieso wann welche welcher welches welchen ist sind der das den dem ein eine einen einem
    einer mit ohne für auf von zum zur im und oder nicht kein keine ich mir mich wir sie es alle allen zeige zeig
    zeigt liste bitte kann kannst können finde finden lösche löschen welchem wieviel viele dateien datei ordner
    verzeichnis diesem diese dieser dieses meine meinen mein läuft gibt erstelle starte stoppe erkläre benutzt
    größer größten nach vom beim aus wird werden hat habe soll muss funktioniert danke hallo
    comment pourquoi quel quelle quels quelles où est sont le les une des dans avec sans pour sur et ne pas je tu
    il elle nous vous mon mes tous toutes affiche afficher montre montrer peux peut supprimer supprime trouver
    trouve lister fichier fichiers dossier dossiers répertoire ce cette ces qui que quoi ici créer crée plus
    merci bonjour fait faire utilise liste-moi moi quand combien
    nuevo nueva reinicia instala abre copia mueve comprueba explica ayuda cuántas cuántos muestre
    redémarre redémarrer installe copie déplace vérifie ouvre explique cherche quelles crée montre-moi
    donne-moi affiche-moi
    cómo qué cuál cuáles dónde cuándo por para con sin el los las una unos unas del y es son está están puedo
    puedes puede muestra mostrar muéstrame lista todos todas archivo archivos carpeta carpetas directorio mi mis
    este esta estos estas hay borrar borra eliminar elimina buscar busca crear crea más grandes quién cuánto
    cuánta hola gracias favor
    como onde quando por que quais qual não os uma com sem são meu minha arquivo arquivos pasta pastas mostre
    listar apagar quem obrigado
    come dove quando perché quale quali gli uno con senza sono mio mia cartella mostra elenca tutti tutte
    elimina trova chi grazie ciao";
