#pragma once

namespace hearth::agent {

/// Whether what a model gets slightly wrong is taken as it was meant: an edit's text that differs
/// from the file, a call that is written as text; and whether it is kept from repeating itself. Off
/// only for the baselines of `hearth eval`.
enum class Mending { on, off };

}  // namespace hearth::agent
