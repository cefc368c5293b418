package import HTTPTypes

/// Whether an attempt may still print: a header of answers that contain a log.
package enum LogState: String {
    case running
    case ended

    static let headerName = "mapreduce-log"

    package static var header: HTTPField.Name {
        guard let name = HTTPField.Name(headerName) else {
            preconditionFailure("the name of a header is made of letters")
        }
        return name
    }
}
