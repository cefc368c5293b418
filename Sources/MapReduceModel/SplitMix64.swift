/// The finalizer of SplitMix64, which spreads numbers evenly over 64 bits, the same on every
/// machine.
///
/// The control plane uses it to generate ids, and tests use it with a seed.
///
/// Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
@usableFromInline
package enum SplitMix64 {
    /// The increment between the generator's states.
    @inlinable package static var gamma: UInt64 { 0x9e37_79b9_7f4a_7c15 }

    /// Returns the generator's output for a state.
    @inlinable
    package static func mix(_ state: UInt64) -> UInt64 {
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
