# The one place that names Hearth's version and the engine's.
set(HEARTH_VERSION 0.1.0)
set(HEARTH_LLAMA_VERSION 0.5.0)
