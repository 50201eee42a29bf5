//! What the numbers in messages stand for: frames, groups of variables, places. All of them hold for one stop; a number
//! from an earlier stop is never used again and means nothing any more.

use nixscope_engine::source::Span;
use nixscope_engine::value::Value;

/// What a number stands for.
#[derive(Clone, Debug)]
pub(crate) enum Handle {
    /// Names with their values.
    Names(Vec<Named>),
    /// The parts of a value.
    Parts(Shown),
    /// A value nobody needed yet: what it would be.
    Lazy {
        /// What it is called where it stands.
        label: String,
        /// The thunk.
        shown: Shown,
    },
    /// A place in a text.
    Place(Span),
    /// Where a value was needed first: found when somebody asks.
    Needed {
        /// The thunk that has the value.
        thunk: Value,
        /// Where it is written, if it is: that is told if it cannot be found out.
        written: Option<Span>,
    },
}

/// A value, and how one gets at it again.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// The value.
    pub(crate) value: Value,
    /// An expression for it in the frame, if there is one.
    pub(crate) path: Option<String>,
    /// Whether it was computed on the side: the program does not have it.
    pub(crate) is_aside: bool,
}

/// A name with its value.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    /// The name.
    pub(crate) name: String,
    /// Where the name is written.
    pub(crate) place: Span,
    /// Its value.
    pub(crate) shown: Shown,
}

/// All numbers that are given out.
#[derive(Debug, Default)]
pub(crate) struct Handles {
    /// The number before the first of `all`.
    base: i64,
    all: Vec<Handle>,
    /// The number of the outermost frame.
    first_frame: i64,
    n_frames: usize,
    /// Whether the client was shown the end of the program.
    is_at_end: bool,
}

impl Handles {
    /// The program stands still with so many frames.
    pub(crate) fn stopped(&mut self, n_frames: usize) {
        self.forget();
        self.n_frames = n_frames;
    }

    /// Values are not what they were, but frames are: only their numbers go on meaning something.
    pub(crate) fn forget_values(&mut self) {
        self.base += as_i64(self.all.len());
        self.all.clear();
    }

    /// The program goes on: no number means anything any more.
    pub(crate) fn forget(&mut self) {
        self.forget_values();
        self.first_frame += as_i64(self.n_frames);
        self.n_frames = 0;
    }

    /// Whether the client was shown the end of the program.
    pub(crate) fn is_at_end(&self) -> bool {
        self.is_at_end
    }

    /// Tells whether what the client is shown is the end of the program.
    pub(crate) fn set_at_end(&mut self, is_at_end: bool) {
        self.is_at_end = is_at_end;
    }

    /// A number for something; never 0.
    pub(crate) fn add(&mut self, handle: Handle) -> i64 {
        self.all.push(handle);
        self.base + as_i64(self.all.len())
    }

    /// What a number stands for.
    pub(crate) fn get(&self, number: i64) -> Option<&Handle> {
        let index = usize::try_from(number.checked_sub(self.base)?.checked_sub(1)?).ok()?;
        self.all.get(index)
    }

    /// The number of a frame, counted from the outermost.
    pub(crate) fn of_frame(&self, index: usize) -> i64 {
        self.first_frame + as_i64(index) + 1
    }

    /// The frame a number stands for, counted from the outermost.
    pub(crate) fn frame(&self, number: i64) -> Option<usize> {
        let index = usize::try_from(number.checked_sub(self.first_frame)?.checked_sub(1)?).ok()?;
        (index < self.n_frames).then_some(index)
    }
}

fn as_i64(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_hold_for_one_stop() {
        let mut handles = Handles::default();
        handles.stopped(3);
        let number = handles.add(Handle::Place(Span::NONE));
        let frame = handles.of_frame(2);
        assert_eq!((number, frame, handles.frame(frame), handles.frame(frame + 1)), (1, 3, Some(2), None));
        assert!(handles.get(number).is_some());
        for strange in [0, -1, 2, i64::MIN, i64::MAX] {
            assert!(handles.get(strange).is_none(), "{strange}");
        }
        assert!(handles.frame(i64::MIN).is_none());
        handles.stopped(1);
        assert!(handles.get(number).is_none() && handles.frame(frame).is_none());
        assert_eq!((handles.add(Handle::Place(Span::NONE)), handles.of_frame(0)), (2, 4));
    }
}
