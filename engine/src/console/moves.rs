//! Ways to another stop.

use crate::debug::frames::ViewKind;
use crate::debug::{By, Goal, StopReason, Stopped};
use crate::session::DebugSession;
use crate::world::World;

use super::command::{Command, Move, PlaceText};
use super::{Console, Reply};

impl Console {
    /// The goal of a command that goes on, for who runs the program on a thread of its own: [`Console::arrived`] is to
    /// be called when it stopped. `None` for all other commands, ways back among them.
    ///
    /// # Errors
    /// If there is no such place or call.
    pub fn goal<W: World>(&self, session: &mut DebugSession<W>, command: &Command) -> Result<Option<Goal>, String> {
        match command {
            Command::Move(Move::Resume(goal)) => Ok(Some(goal.clone())),
            Command::Move(Move::Target(n)) => self.target(session, *n).map(Some),
            Command::Move(Move::Until(place)) => self.until(session, place).map(Some),
            _ => Ok(None),
        }
    }

    /// The program stopped: selects a frame, and gives what there is to tell.
    pub fn arrived<W: World>(&mut self, session: &mut DebugSession<W>, stopped: &Stopped) -> String {
        let text = {
            self.selected = 0;
            self.listed = None;
            let first = session.frames(0, 16).into_iter().position(|it| it.kind != ViewKind::Helper);
            self.selected = first.unwrap_or(0);
            self.describe_stop(session, stopped)
        };
        self.told = stopped.returned.map(|it| it.count);
        if let StopReason::Breakpoint(ids) = &stopped.reason {
            for id in ids {
                if let Some(at) = self.temporary.iter().position(|it| it == id) {
                    self.temporary.remove(at);
                    session.remove_breakpoint(*id);
                }
            }
        }
        text
    }

    pub(super) fn go<W: World>(&mut self, session: &mut DebugSession<W>, way: &Move) -> Result<Reply, String> {
        let Some(before) = session.stopped().cloned() else {
            return Err("the program did not begin yet".to_owned());
        };
        let is_over = before.reason.is_end();
        let stopped = match way {
            Move::Resume(_) | Move::Target(_) | Move::Until(_) if is_over => {
                return Err("the program is over; `back` and `reverse-continue` go back".to_owned());
            }
            Move::Resume(goal) => session.resume(goal.clone()),
            Move::Target(n) => {
                let goal = self.target(session, *n)?;
                session.resume(goal)
            }
            Move::Until(place) => {
                let goal = self.until(session, place)?;
                session.resume(goal)
            }
            Move::Back(goal) => session.step_back(goal.clone()),
            Move::ReverseContinue => session.reverse_continue(),
            Move::Time(count) => self.go_to(session, *count)?,
            Move::Begin => {
                let start = session.debugger.timeline().start();
                session.go_to(start);
                session.resume(Goal::Into(By::Expression))
            }
            Move::Restart(frame) => {
                let index = self.index_of(session, *frame)?;
                let cannot = || "nobody can tell where this frame began: it is a builtin's".to_owned();
                session.restart_frame(index).ok_or_else(cannot)?
            }
        };
        let text = self.arrived(session, &stopped);
        Ok(Reply { moved: Some(stopped), is_stale: true, ..Reply::told(text) })
    }

    fn go_to<W: World>(&self, session: &mut DebugSession<W>, count: u64) -> Result<Stopped, String> {
        let timeline = session.debugger.timeline();
        let (start, end) = (timeline.start(), timeline.furthest());
        if !(start..=end).contains(&count) {
            return Err(format!("the program was seen from moment {start} to {end}"));
        }
        Ok(session.go_to(count))
    }

    fn target<W: World>(&self, session: &DebugSession<W>, n: usize) -> Result<Goal, String> {
        let targets = session.step_targets();
        match targets.get(n - 1) {
            Some(target) => Ok(Goal::Target(target.pc)),
            None if targets.is_empty() => Err("there is no call in the expression at hand".to_owned()),
            None => Err(format!("there is no call {n}: the expression at hand has {}", targets.len())),
        }
    }

    fn until<W: World>(&self, session: &mut DebugSession<W>, place: &PlaceText) -> Result<Goal, String> {
        let unit = self.unit_at(session, place)?;
        match session.point_at(unit, place.line, place.column) {
            Some(point) => Ok(Goal::RunTo(vec![point.pc])),
            None => Err("there is nothing to stop at here".to_owned()),
        }
    }

    /// The machine's index of a frame counted from the innermost; the selected one if none is named.
    pub(super) fn index_of<W: World>(&self, session: &DebugSession<W>, frame: Option<usize>) -> Result<usize, String> {
        let n = session.vm().frames().len();
        let frame = frame.unwrap_or(self.selected);
        match n.checked_sub(frame + 1) {
            Some(index) => Ok(index),
            None if n == 0 => Err("there are no frames: the program does not run".to_owned()),
            None => Err(format!("there is no frame {frame}: the outermost is {}", n - 1)),
        }
    }
}
