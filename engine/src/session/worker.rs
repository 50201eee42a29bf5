//! A [`DebugSession`] on a thread of its own, for front ends that must go on listening while a program runs.
//!
//! ```text
//!   front end ──job──▶ queue ──▶ worker: one job after the other
//!       ▲                          │
//!       └──────── what jobs send ◀─┘        a job that runs the program looks into the queue between slices:
//!                                           what can be done while it runs is done then, the rest waits
//! ```
//!
//! Jobs are closures. What they have to tell they send themselves, by a channel of the front end's choice. When the
//! [`Worker`] is dropped, the program is interrupted and the thread ends.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use crate::debug::{Cx, Debugger, Goal, Stopped};
use crate::vm::Pulse;
use crate::world::World;

use super::DebugSession;

type Idle<W> = Box<dyn FnOnce(&mut DebugSession<W>) + Send>;
type Anytime = Box<dyn FnOnce(&mut Debugger, &mut Cx<'_>) + Send>;
type Then<W> = Box<dyn FnOnce(&mut DebugSession<W>, Stopped) + Send>;

/// What the worker does next.
enum Job<W> {
    /// Something for which the program must stand still.
    Idle(Idle<W>),
    /// Something that can be done between two slices of a run.
    Anytime(Anytime),
    /// Begins or goes on, and then tells.
    Run(Run, Then<W>),
}

/// A way to go on that may take long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// Begins the program, and stops on entry if so wanted.
    Begin {
        /// Whether to stop at the first step point.
        stop_on_entry: bool,
    },
    /// Goes on.
    Resume(Goal),
}

/// A session on a thread of its own.
pub struct Worker<W> {
    jobs: Option<Sender<Job<W>>>,
    pulse: Arc<Pulse>,
    thread: Option<JoinHandle<()>>,
}

impl<W> std::fmt::Debug for Worker<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("pulse", &self.pulse).finish_non_exhaustive()
    }
}

impl<W: World + Send + 'static> Worker<W> {
    /// Starts a thread with a session.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn spawn(session: DebugSession<W>) -> std::io::Result<Self> {
        let (jobs, queue) = channel();
        let pulse = session.pulse();
        let thread = std::thread::Builder::new().name("debuggee".to_owned()).spawn(move || work(session, &queue))?;
        Ok(Self { jobs: Some(jobs), pulse, thread: Some(thread) })
    }

    /// What other threads have of the session: to pause it, to end it, to cancel what it evaluates.
    #[must_use]
    pub fn pulse(&self) -> &Arc<Pulse> {
        &self.pulse
    }

    /// Does something once the program stands still and all jobs before are done.
    pub fn when_idle(&self, job: impl FnOnce(&mut DebugSession<W>) + Send + 'static) {
        self.send(Job::Idle(Box::new(job)));
    }

    /// Does something soon, while the program runs if it does. Jobs of this kind keep their order among each other.
    pub fn anytime(&self, job: impl FnOnce(&mut Debugger, &mut Cx<'_>) + Send + 'static) {
        self.send(Job::Anytime(Box::new(job)));
    }

    /// Begins or goes on, and calls `then` when the program stands still again.
    pub fn run(&self, run: Run, then: impl FnOnce(&mut DebugSession<W>, Stopped) + Send + 'static) {
        self.send(Job::Run(run, Box::new(then)));
    }

    fn send(&self, job: Job<W>) {
        // If the thread is gone, nobody is left who could do it; its end was told by whoever ended it.
        let _ = self.jobs.as_ref().map(|it| it.send(job));
    }
}

impl<W> Drop for Worker<W> {
    fn drop(&mut self) {
        self.pulse.interrupt();
        self.pulse.cancel();
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work<W: World>(mut session: DebugSession<W>, queue: &Receiver<Job<W>>) {
    let mut waiting: VecDeque<Job<W>> = VecDeque::new();
    loop {
        let job = match waiting.pop_front() {
            Some(job) => job,
            None => match queue.recv() {
                Ok(job) => job,
                Err(_) => return,
            },
        };
        match job {
            Job::Idle(job) => job(&mut session),
            Job::Anytime(job) => session.with(job),
            Job::Run(run, then) => {
                let stopped = session.with(|debugger, cx| {
                    let between = &mut |debugger: &mut Debugger, cx: &mut Cx<'_>| {
                        while let Ok(job) = queue.try_recv() {
                            match job {
                                Job::Anytime(job) => job(debugger, cx),
                                other => waiting.push_back(other),
                            }
                        }
                    };
                    match run {
                        Run::Begin { stop_on_entry } => debugger.begin(cx, stop_on_entry, between),
                        Run::Resume(goal) => debugger.run(cx, goal, between),
                    }
                });
                then(&mut session, stopped);
            }
        }
    }
}
