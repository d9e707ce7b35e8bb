use std::future::pending;
use std::sync::Mutex;

use agents::Bid;
use async_trait::async_trait;
use awesh_protocol::Context as Circumstances;

use super::*;
use crate::tools::Table;

/// An agent that claims everything and then does what it is made for.
enum Odd {
    Panics,
    Hangs(Arc<Mutex<Option<CancellationToken>>>),
    /// It takes longer over its bid than there is time for where a model could answer.
    IsSlow,
}

#[async_trait]
impl Agent for Odd {
    fn name(&self) -> &'static str {
        "odd"
    }

    async fn bid(&self, _: &Question) -> Bid {
        if matches!(self, Self::IsSlow) {
            tokio::time::sleep(DEADLINE * 4).await;
        }
        Bid::Certain
    }

    async fn run(&self, context: &Context) -> Result<Answer, Failure> {
        match self {
            Self::Panics => panic!("as an agent with a defect would"),
            Self::Hangs(lent) => {
                *lent.lock().unwrap() = Some(context.cancelled.clone());
                context.user.text("on it").await;
                pending().await
            }
            Self::IsSlow => Ok(Answer::default()),
        }
    }
}

fn dispatcher(agent: Odd) -> (Dispatcher, mpsc::Receiver<Event>) {
    let (events, received) = mpsc::channel(64);
    let components = Components {
        specialists: vec![Arc::new(agent)],
        general: agents::general(),
        tools: Arc::new(Table::new()),
        startup: Vec::new(),
    };
    (Dispatcher::new(components, events, &Options::new("socket", "state"), Instant::now()), received)
}

fn ask(id: QuestionId) -> Request {
    Request::Ask(Box::new(Ask { id, question: "anything".into(), context: Circumstances::default() }))
}

fn failed_with(event: Option<Event>) -> (Option<QuestionId>, FailureKind) {
    match event {
        Some(Event::Failed { id, kind, .. }) => (id, kind),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_defect_of_an_agent_ends_its_question_alone() {
    let (mut dispatcher, mut events) = dispatcher(Odd::Panics);
    for id in [1, 2] {
        dispatcher.dispatch(ask(id)).await.unwrap();
        assert!(matches!(events.recv().await, Some(Event::Claimed { .. })));
        assert_eq!(failed_with(events.recv().await), (Some(id), FailureKind::Internal));
    }
    dispatcher.stop().await;
    assert_eq!(events.recv().await, None);
}

/// On a busy machine a question about clusters was answered with «No AI provider is set up».
#[tokio::test(start_paused = true)]
async fn an_agent_that_needs_time_has_it_where_nobody_else_could_answer() {
    let (mut dispatcher, mut events) = dispatcher(Odd::IsSlow);
    dispatcher.dispatch(ask(1)).await.unwrap();
    assert!(matches!(events.recv().await, Some(Event::Claimed { agent, .. }) if agent == "odd"));
    assert!(matches!(events.recv().await, Some(Event::Done { .. })));
    dispatcher.stop().await;
}

#[tokio::test]
async fn a_cancel_reaches_work_on_other_threads_too() {
    let lent = Arc::default();
    let (mut dispatcher, mut events) = dispatcher(Odd::Hangs(Arc::clone(&lent)));
    dispatcher.dispatch(ask(1)).await.unwrap();
    assert!(matches!(events.recv().await, Some(Event::Claimed { .. })));
    assert!(matches!(events.recv().await, Some(Event::Text { .. })));
    let token = lent.lock().unwrap().clone().unwrap();
    assert!(!token.is_cancelled());
    dispatcher.dispatch(Request::Cancel { id: 1 }).await.unwrap();
    assert_eq!(failed_with(events.recv().await), (Some(1), FailureKind::Cancelled));
    assert!(token.is_cancelled());
    dispatcher.stop().await;
    assert_eq!(events.recv().await, None);
}

#[tokio::test]
async fn too_many_questions_are_refused_and_the_others_go_on() {
    let (mut dispatcher, mut events) = dispatcher(Odd::Hangs(Arc::default()));
    let most = u64::try_from(QUESTIONS).unwrap();
    for id in 1..=most {
        dispatcher.dispatch(ask(id)).await.unwrap();
        assert!(matches!(events.recv().await, Some(Event::Claimed { .. })));
        assert!(matches!(events.recv().await, Some(Event::Text { .. })));
    }
    dispatcher.dispatch(ask(most + 1)).await.unwrap();
    assert_eq!(failed_with(events.recv().await), (Some(most + 1), FailureKind::Busy));
    // One that ends makes room.
    dispatcher.dispatch(Request::Cancel { id: 1 }).await.unwrap();
    assert_eq!(failed_with(events.recv().await), (Some(1), FailureKind::Cancelled));
    while dispatcher.tasks.len() == QUESTIONS {
        dispatcher.dispatch(Request::Cancel { id: 1 }).await.unwrap();
        tokio::task::yield_now().await;
    }
    dispatcher.dispatch(ask(most + 2)).await.unwrap();
    assert!(matches!(events.recv().await, Some(Event::Claimed { .. })));
    dispatcher.stop().await;
}
