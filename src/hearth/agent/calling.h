#pragma once

namespace hearth::agent {

/// How a model calls tools. `native`: it decides when to call one, and is done when it does not.
/// `forced`: every answer is a call (the server constrains it), and the tool `finish` ends the
/// work.
enum class Calling { native, forced };

}  // namespace hearth::agent
