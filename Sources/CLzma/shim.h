#include <lzma.h>

/// Flags whose macros Swift does not see: streams follow each other, and a check that cannot be
/// verified is an error.
static const uint32_t clzma_decoder_flags = LZMA_CONCATENATED | LZMA_TELL_UNSUPPORTED_CHECK;
