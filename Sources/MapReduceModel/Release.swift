/// Which release of the project this is.
package enum Release {
    package static let version = "0.2"
}
