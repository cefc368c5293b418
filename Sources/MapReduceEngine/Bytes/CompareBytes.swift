#if canImport(Glibc)
internal import Glibc
#endif

/// Returns the result of `memcmp` as an `Int`.
@inline(__always)
package func compareBytes(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Int {
    Int(memcmp(a, b, count))
}
