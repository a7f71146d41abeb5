//! Options x epistemic draws x runs: intervals, paired differences, sensitivity.
