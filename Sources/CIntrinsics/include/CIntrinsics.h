// The few processor instructions that Swift has no name for. Header only, so that they are inlined
// into the user's closures. Documentation/Decisions/intrinsics.md says why this is in C.

#ifndef CINTRINSICS_H
#define CINTRINSICS_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Asks for the cache line at an address that will be written soon; it may be any address.
static inline __attribute__((always_inline)) void intrinsics_prefetch(const void *address) {
    __builtin_prefetch(address, 1, 3);
}

/// A bit for each of the 64 bytes at an address, set where the byte is ASCII white space: 9 to 13
/// or 32.
static inline __attribute__((always_inline)) uint64_t intrinsics_spaces(const void *address) {
    uint64_t mask = 0;
#if defined(__SSE2__)
    for (int block = 0; block < 4; block++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)address + block);
        __m128i from9 = _mm_sub_epi8(bytes, _mm_set1_epi8(9));
        __m128i is9to13 = _mm_cmpeq_epi8(_mm_min_epu8(from9, _mm_set1_epi8(4)), from9);
        __m128i is32 = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(32));
        uint64_t bits = (uint32_t)_mm_movemask_epi8(_mm_or_si128(is9to13, is32));
        mask |= bits << (16 * block);
    }
#else
    for (int index = 0; index < 8; index++) {
        uint64_t word;
        memcpy(&word, (const char *)address + 8 * index, 8);
        // In the lower seven bits of a byte, adding 128 - n carries into the top bit if they are
        // at least n; the multiplication gathers the top bits.
        uint64_t low = word & 0x7f7f7f7f7f7f7f7f;
        uint64_t from9 = low + 0x7777777777777777;
        uint64_t from14 = low + 0x7272727272727272;
        uint64_t not32 = (low ^ 0x2020202020202020) + 0x7f7f7f7f7f7f7f7f;
        uint64_t tops = ((from9 & ~from14) | ~not32) & ~word & 0x8080808080808080;
        mask |= ((tops * 0x0002040810204081) >> 56) << (8 * index);
    }
#endif
    return mask;
}

/// A bit for each of the 64 bytes at an address, set where the byte is one of four.
static inline __attribute__((always_inline)) uint64_t intrinsics_matches4(
    const void *address, uint8_t first, uint8_t second, uint8_t third, uint8_t fourth) {
    uint64_t mask = 0;
#if defined(__SSE2__)
    for (int block = 0; block < 4; block++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)address + block);
        __m128i isOne = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)first)),
                         _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)second))),
            _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)third)),
                         _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)fourth))));
        uint64_t bits = (uint32_t)_mm_movemask_epi8(isOne);
        mask |= bits << (16 * block);
    }
#else
    const unsigned char *bytes = address;
    for (int index = 0; index < 64; index++) {
        uint64_t isOne = bytes[index] == first || bytes[index] == second || bytes[index] == third
            || bytes[index] == fourth;
        mask |= isOne << index;
    }
#endif
    return mask;
}

/// A bit for each of the 64 bytes at an address, set where the byte is one of three.
static inline __attribute__((always_inline)) uint64_t intrinsics_matches(
    const void *address, uint8_t first, uint8_t second, uint8_t third) {
    return intrinsics_matches4(address, first, second, third, third);
}

/// A bit for each of the 32 bytes at an address, set where a JSON string does not just go on: at a
/// quote, a backslash, a control character, and what is not ASCII.
static inline __attribute__((always_inline)) uint32_t intrinsics_json_stops(const void *address) {
    uint32_t mask = 0;
#if defined(__SSE2__)
    for (int block = 0; block < 2; block++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)address + block);
        // As signed numbers, bytes that are not ASCII are less than zero.
        __m128i isStop = _mm_or_si128(
            _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
            _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x22)),
                         _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x5C))));
        uint32_t bits = (uint32_t)_mm_movemask_epi8(isStop);
        mask |= bits << (16 * block);
    }
#else
    const signed char *bytes = address;
    for (int index = 0; index < 32; index++) {
        uint32_t isStop = bytes[index] < 0x20 || bytes[index] == 0x22 || bytes[index] == 0x5C;
        mask |= isStop << index;
    }
#endif
    return mask;
}

#endif
