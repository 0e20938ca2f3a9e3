#pragma once

#include <filesystem>

#include "hearth/base/error.h"
#include "hearth/cli/config_import.h"

namespace hearth::cli {

/// A configuration for the models that Ollama has on this machine: the files stay where they are.
/// Names are Ollama's; `num_ctx` and the sampling of a Modelfile come along. `folder`: its models
/// (with "manifests" and "blobs"); empty: $OLLAMA_MODELS, ~/.ollama/models, or those of its
/// service. Errors: not_found, io.
Result<ImportedConfig> import_ollama(const std::filesystem::path& folder);

/// The same of LM Studio: its models by the names that its API gives them, with the window that was
/// set for each. `folder`: LM Studio's; empty: what ~/.lmstudio-home-pointer names, ~/.lmstudio or
/// ~/.cache/lm-studio. Errors: not_found, io.
Result<ImportedConfig> import_lm_studio(const std::filesystem::path& folder);

}  // namespace hearth::cli
