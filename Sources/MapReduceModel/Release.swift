/// Which release of the project this is.
package enum Release {
    package static let version = "0.2"
    /// The day of the release, as pages of the manual show it.
    package static let date = "November 21, 2026"
}
