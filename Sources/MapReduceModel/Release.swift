/// The version of this release of the project.
package enum Release {
    package static let version = "0.2"
    /// The date of the release, as shown on manual pages.
    package static let date = "November 21, 2026"
}
