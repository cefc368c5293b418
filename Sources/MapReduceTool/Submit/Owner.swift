internal import MapReduceHTTP

#if canImport(Glibc)
internal import Glibc
#endif

/// Who runs this command.
enum Owner {
    /// `user@machine`, as far as the system knows them.
    static var current: String {
        let name = "\(user ?? "\(getuid())")@\(machine)"
        let printed = name.unicodeScalars.filter { $0.properties.generalCategory != .control }
        return String(String.UnicodeScalarView(printed).prefix(HTTPLimits.maxOwnerByteCount / 4))
    }

    /// Nil for a user without a name, as in some containers.
    private static var user: String? {
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return nil }
        return String(cString: name)
    }

    private static var machine: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "localhost" }
        return withUnsafeBytes(of: name.nodename) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
