/// The finalizer of SplitMix64: spreads numbers evenly over 64 bits, the same on every machine.
///
/// The control plane draws by it for ids, and tests by it from a seed.
///
/// Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
@usableFromInline
package enum SplitMix64 {
    /// The distance of the generator's states.
    @inlinable package static var gamma: UInt64 { 0x9e37_79b9_7f4a_7c15 }

    /// The number that a state stands for.
    @inlinable
    package static func mix(_ state: UInt64) -> UInt64 {
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
