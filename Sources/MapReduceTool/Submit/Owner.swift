internal import MapReduceHTTP
internal import MapReduceProcess

/// The user who runs this command.
enum Owner {
    /// `user@machine`, as far as the system knows them.
    static var current: String {
        let name = "\(Host.userName)@\(Host.machineName)"
        let printed = name.unicodeScalars.filter { $0.properties.generalCategory != .control }
        return String(String.UnicodeScalarView(printed).prefix(HTTPLimits.maxOwnerByteCount / 4))
    }
}
