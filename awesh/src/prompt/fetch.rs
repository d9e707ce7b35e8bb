//! A persistent thread that answers one question at a time, and a caller that waits only so long. A thread
//! that is stuck, in a file system that hangs, say, is not asked again until it has answered; so nothing piles
//! up behind it, and the late answer, which is to an old question, is dropped.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

/// An answer, and how it was come by.
#[derive(Debug, Clone)]
pub(super) struct Fetched<Answer> {
    pub(super) answer: Answer,
    /// Whether what was read before still held.
    pub(super) hit: bool,
    pub(super) took: Duration,
}

/// The caller's side of the thread.
pub(super) struct Worker<Question, Answer> {
    name: &'static str,
    work: fn() -> Work<Question, Answer>,
    link: Option<Link<Question, Answer>>,
}

/// What the thread does; made inside it. Answers, and tells whether it had the answer already.
pub(super) type Work<Question, Answer> = Box<dyn FnMut(Question) -> (Answer, bool)>;

struct Link<Question, Answer> {
    questions: SyncSender<Question>,
    answers: Receiver<Fetched<Answer>>,
    /// A question is open.
    busy: bool,
    /// It is the last that was asked, and its answer is still wanted.
    awaited: bool,
}

impl<Question: Send + 'static, Answer: Send + 'static> Worker<Question, Answer> {
    /// A worker whose thread starts with the first question.
    pub(super) fn new(name: &'static str, work: fn() -> Work<Question, Answer>) -> Self {
        Self { name, work, link: None }
    }

    /// Asks, unless the last question is still open. [`Worker::answer`] takes the answer.
    pub(super) fn ask(&mut self, question: Question) {
        if self.link.is_none() {
            self.link = start(self.name, self.work);
        }
        let Some(link) = &mut self.link else { return };
        match link.answers.try_recv() {
            Ok(_late) => link.busy = false,
            Err(TryRecvError::Empty) => {}
            // The thread is gone. The next question starts another.
            Err(TryRecvError::Disconnected) => {
                self.link = None;
                return;
            }
        }
        link.awaited = !link.busy && link.questions.try_send(question).is_ok();
        link.busy |= link.awaited;
    }

    /// The answer to the question just asked, where it comes before the deadline.
    pub(super) fn answer(&mut self, deadline: Instant) -> Option<Fetched<Answer>> {
        let link = self.link.as_mut().filter(|link| link.awaited)?;
        link.awaited = false;
        match link.answers.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(fetched) => {
                link.busy = false;
                Some(fetched)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                self.link = None;
                None
            }
        }
    }
}

fn start<Question: Send + 'static, Answer: Send + 'static>(
    name: &'static str,
    work: fn() -> Work<Question, Answer>,
) -> Option<Link<Question, Answer>> {
    let (questions, asked) = mpsc::sync_channel::<Question>(1);
    let (answer, answers) = mpsc::sync_channel(1);
    let run = move || {
        let mut work = work();
        for question in asked {
            let started = Instant::now();
            let (fact, hit) = work(question);
            if answer.send(Fetched { answer: fact, hit, took: started.elapsed() }).is_err() {
                return;
            }
        }
    };
    // Where the system has no thread to give, the prompt goes without.
    thread::Builder::new().name(name.to_owned()).spawn(run).ok()?;
    Some(Link { questions, answers, busy: false, awaited: false })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    const SOON: Duration = Duration::from_millis(1);
    const LONG: Duration = Duration::from_secs(60);

    fn within(time: Duration) -> Instant {
        Instant::now() + time
    }

    #[test]
    fn a_question_is_answered() {
        let mut worker: Worker<u8, u8> = Worker::new("double", || Box::new(|number| (number * 2, false)));
        for number in 1..4 {
            worker.ask(number);
            assert_eq!(worker.answer(within(LONG)).unwrap().answer, number * 2);
            assert!(worker.answer(within(SOON)).is_none());
        }
    }

    #[test]
    fn a_stuck_worker_is_not_asked_again_and_its_late_answer_is_dropped() {
        static GATE: Mutex<()> = Mutex::new(());
        let mut worker: Worker<u8, u8> = Worker::new("stuck", || {
            Box::new(|number| {
                drop(GATE.lock());
                (number, false)
            })
        });
        let gate = GATE.lock().unwrap();
        worker.ask(1);
        for number in 2..100 {
            assert!(worker.answer(within(Duration::ZERO)).is_none());
            worker.ask(number);
        }
        drop(gate);
        let answer = loop {
            worker.ask(100);
            if let Some(fetched) = worker.answer(within(LONG)) {
                break fetched.answer;
            }
        };
        assert_eq!(answer, 100);
    }

    #[test]
    fn a_worker_that_died_is_replaced() {
        let mut worker: Worker<u8, u8> = Worker::new("mortal", || {
            Box::new(|number| {
                assert_ne!(number, 0, "told to");
                (number, false)
            })
        });
        worker.ask(0);
        assert!(worker.answer(within(LONG)).is_none());
        worker.ask(1);
        assert_eq!(worker.answer(within(LONG)).unwrap().answer, 1);
    }
}
