//! Whole runs of the real program, from a model file to what it leaves.

#[path = "run/again.rs"]
mod again;
#[path = "run/anew.rs"]
mod anew;
#[path = "run/border.rs"]
mod border;
#[path = "run/bout.rs"]
mod bout;
#[path = "run/check.rs"]
mod check;
#[path = "run/closed_loop.rs"]
mod closed_loop;
#[path = "run/data.rs"]
mod data;
#[path = "run/determinism.rs"]
mod determinism;
#[path = "run/explode.rs"]
mod explode;
#[path = "run/foraging.rs"]
mod foraging;
#[path = "run/given.rs"]
mod given;
#[path = "run/guard.rs"]
mod guard;
#[path = "run/image.rs"]
mod image;
#[path = "run/kill.rs"]
mod kill;
#[path = "run/limit.rs"]
mod limit;
#[path = "run/memory.rs"]
mod memory;
#[path = "run/naive.rs"]
mod naive;
#[path = "run/network.rs"]
mod network;
#[path = "run/night.rs"]
mod night;
#[path = "run/notice.rs"]
mod notice;
#[path = "run/order.rs"]
mod order;
#[path = "run/patches.rs"]
mod patches;
#[path = "python/interpreter.rs"]
mod python;
#[path = "run/readme.rs"]
mod readme;
#[path = "run/recall.rs"]
mod recall;
#[path = "run/report.rs"]
mod report;
#[path = "run/resume.rs"]
mod resume;
#[path = "run/rhythm.rs"]
mod rhythm;
#[path = "run/rulkov.rs"]
mod rulkov;
#[path = "run/run_file.rs"]
mod run_file;
#[path = "run/selection.rs"]
mod selection;
#[path = "run/setup.rs"]
mod setup;
#[path = "run/space.rs"]
mod space;
#[path = "run/stage.rs"]
mod stage;
#[path = "run/states.rs"]
mod states;
#[path = "run/stimulation.rs"]
mod stimulation;
#[path = "run/stop.rs"]
mod stop;
#[path = "run/sweep.rs"]
mod sweep;
#[path = "run/threshold.rs"]
mod threshold;
#[path = "reference/time_stepped.rs"]
mod time_stepped;
#[path = "run/train.rs"]
mod train;
#[path = "run/until.rs"]
mod until;
#[path = "run/validation.rs"]
mod validation;
#[path = "run/values.rs"]
mod values;
#[path = "run/weights.rs"]
mod weights;
