//! One evaluation with everything needed to look at it.
