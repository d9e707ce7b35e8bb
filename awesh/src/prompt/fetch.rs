//! A persistent thread that answers one question at a time, and a caller that waits only so long. A thread
//! that is stuck, in a file system that hangs, say, is not asked again until it has answered: of the questions
//! meanwhile only the last is kept. An answer that comes late rings a [`Bell`]; it is good as long as nothing
//! else was asked.

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags};
use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::sys::poll::wait;

/// An answer, and how it was come by.
#[derive(Debug, Clone)]
pub(super) struct Fetched<Answer> {
    pub(super) answer: Answer,
    /// Whether what was read before still held.
    pub(super) hit: bool,
    pub(super) took: Duration,
}

/// Tells of answers that come late.
#[derive(Debug, Default)]
pub(super) struct Bell {
    /// None where the system has no descriptor to give: then late answers are for the next prompt.
    signal: Option<EventFd>,
    /// Whether somebody waits: an answer in time rings for nobody.
    wanted: AtomicBool,
    rung: AtomicBool,
}

impl Bell {
    pub(super) fn new() -> Arc<Self> {
        let signal = EventFd::from_flags(EfdFlags::EFD_NONBLOCK | EfdFlags::EFD_CLOEXEC).ok();
        Arc::new(Self { signal, ..Self::default() })
    }

    /// Readable when an answer has come late.
    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.signal.as_ref().map(AsFd::as_fd)
    }

    /// Waits for it; whether an answer has come.
    pub(super) fn rings_before(&self, deadline: Instant) -> bool {
        let Some(fd) = self.fd() else { return false };
        wait(&mut [PollFd::new(fd, PollFlags::POLLIN)], Some(deadline)).unwrap_or(false)
    }

    /// Makes the descriptor quiet again, before answers are looked for.
    pub(super) fn quiet(&self) {
        if self.rung.swap(false, Ordering::SeqCst) {
            // Fails where it is quiet.
            let _ = self.signal.as_ref().map(EventFd::read);
        }
    }

    fn ring(&self) {
        if self.wanted.swap(false, Ordering::SeqCst) {
            // Fails only where the counter would overflow, which wakes as well.
            let _ = self.signal.as_ref().map(|signal| signal.write(1));
            // Last: who looks in between looks again.
            self.rung.store(true, Ordering::SeqCst);
        }
    }
}

/// The caller's side of the thread.
pub(super) struct Worker<Question, Answer> {
    name: &'static str,
    work: fn() -> Work<Question, Answer>,
    bell: Arc<Bell>,
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
    /// The last that was asked, where an older one is open.
    next: Option<Question>,
}

impl<Question: Send + 'static, Answer: Send + 'static> Worker<Question, Answer> {
    /// A worker whose thread starts with the first question.
    pub(super) fn new(name: &'static str, work: fn() -> Work<Question, Answer>, bell: &Arc<Bell>) -> Self {
        Self { name, work, bell: Arc::clone(bell), link: None }
    }

    /// Asks; no answer to anything older will come. [`Worker::answer`] takes the answer.
    pub(super) fn ask(&mut self, question: Question) {
        if self.link.is_none() {
            self.link = start(self.name, self.work, &self.bell);
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
        link.ask(question);
    }

    /// The answer to the question just asked, where it comes before the deadline.
    pub(super) fn answer(&mut self, deadline: Instant) -> Option<Fetched<Answer>> {
        let link = self.link.as_mut().filter(|link| link.awaited)?;
        match link.answers.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(fetched) => {
                link.busy = false;
                link.awaited = false;
                Some(fetched)
            }
            Err(RecvTimeoutError::Timeout) => self.late(),
            Err(RecvTimeoutError::Disconnected) => {
                self.link = None;
                None
            }
        }
    }

    /// Whether a question is open.
    pub(super) fn is_busy(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.busy)
    }

    /// Whether an older question than the last is still open: what both ask about may hang.
    pub(super) fn is_stuck(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.busy && !link.awaited)
    }

    /// The answer to the last question, where it has come by now. The bell rings for the next.
    pub(super) fn late(&mut self) -> Option<Fetched<Answer>> {
        let link = self.link.as_mut().filter(|link| link.busy)?;
        self.bell.wanted.store(true, Ordering::SeqCst);
        let fetched = link.answers.try_recv().ok()?;
        link.busy = false;
        match link.next.take() {
            Some(question) => {
                link.ask(question);
                None
            }
            None => std::mem::take(&mut link.awaited).then_some(fetched),
        }
    }
}

impl<Question, Answer> Link<Question, Answer> {
    fn ask(&mut self, question: Question) {
        self.awaited = !self.busy;
        if self.busy {
            self.next = Some(question);
        } else {
            self.next = None;
            self.busy = self.questions.try_send(question).is_ok();
        }
    }
}

fn start<Question: Send + 'static, Answer: Send + 'static>(
    name: &'static str,
    work: fn() -> Work<Question, Answer>,
    bell: &Arc<Bell>,
) -> Option<Link<Question, Answer>> {
    let (questions, asked) = mpsc::sync_channel::<Question>(1);
    let (answer, answers) = mpsc::sync_channel(1);
    let bell = Arc::clone(bell);
    let run = move || {
        let mut work = work();
        for question in asked {
            let started = Instant::now();
            let (fact, hit) = work(question);
            if answer.send(Fetched { answer: fact, hit, took: started.elapsed() }).is_err() {
                return;
            }
            bell.ring();
        }
    };
    // Where the system has no thread to give, the prompt goes without.
    thread::Builder::new().name(name.to_owned()).spawn(run).ok()?;
    Some(Link { questions, answers, busy: false, awaited: false, next: None })
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
        let double = || -> Work<u8, u8> { Box::new(|number| (number * 2, false)) };
        let mut worker = Worker::new("double", double, &Bell::new());
        for number in 1..4 {
            worker.ask(number);
            assert_eq!(worker.answer(within(LONG)).unwrap().answer, number * 2);
            assert!(worker.answer(within(SOON)).is_none());
        }
    }

    #[test]
    fn a_stuck_worker_is_asked_the_last_question_when_it_is_free() {
        static GATE: Mutex<()> = Mutex::new(());
        static ASKED: Mutex<Vec<u8>> = Mutex::new(Vec::new());
        let stuck = || -> Work<u8, u8> {
            Box::new(|number| {
                ASKED.lock().unwrap().push(number);
                drop(GATE.lock());
                (number, false)
            })
        };
        let bell = Bell::new();
        let mut worker = Worker::new("stuck", stuck, &bell);
        let gate = GATE.lock().unwrap();
        worker.ask(1);
        for number in 2..100 {
            assert!(worker.answer(within(Duration::ZERO)).is_none());
            worker.ask(number);
        }
        assert!(worker.late().is_none());
        drop(gate);
        let late = loop {
            let mut fds = [PollFd::new(bell.fd().unwrap(), PollFlags::POLLIN)];
            assert!(wait(&mut fds, None).unwrap());
            bell.quiet();
            if let Some(fetched) = worker.late() {
                break fetched.answer;
            }
        };
        assert_eq!((late, ASKED.lock().unwrap().as_slice()), (99, &[1, 99][..]));
        assert!(worker.late().is_none());
    }

    #[test]
    fn a_worker_that_died_is_replaced() {
        let mortal = || -> Work<u8, u8> {
            Box::new(|number| {
                assert_ne!(number, 0, "told to");
                (number, false)
            })
        };
        let mut worker = Worker::new("mortal", mortal, &Bell::new());
        worker.ask(0);
        assert!(worker.answer(within(LONG)).is_none());
        worker.ask(1);
        assert_eq!(worker.answer(within(LONG)).unwrap().answer, 1);
    }
}
