internal import CSpawn

#if canImport(Glibc)
internal import Glibc
#endif

/// Runs a program as a shell does: with this process's own terminal, input and output.
package enum ForegroundProcess {
    /// Runs a program to its end; while it runs, Ctrl-C goes to the program.
    ///
    /// `arguments`: the whole command line, starting with the program's name.
    /// `variables`: variables for the program, unless it has them already. It does not
    ///   get this project's variables, which may contain a token.
    package static func run(
        executable: String,
        arguments: [String],
        directory: String?,
        variables: [String: String] = [:]
    ) throws -> TaskProcess.Exit {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        if let directory { posix_spawn_file_actions_addchdir_np(&actions, directory) }
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        let before = [SIGINT, SIGQUIT].map { ($0, signal($0, SIG_IGN)) }
        defer { for (number, handler) in before { signal(number, handler) } }
        var id = pid_t()
        let code = withCStrings(arguments.map { Array($0.utf8CString) }) { arguments in
            withCStrings(environment(variables)) { environment in
                posix_spawn(&id, executable, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw ProcessError("start", executable, errno: code) }
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0 && errno == EINTR {}
        return TaskProcess.Exit(status: status)
    }

    private static func environment(_ additions: [String: String]) -> [[CChar]] {
        let variables = CurrentProcess.variables.filter { variable in
            !TaskProcess.stableHashing.hasPrefix(variable.name + "=")
        }
        let known = Set(variables.map(\.name))
        let missing = additions.filter { !known.contains($0.key) }
        let added = [TaskProcess.stableHashing] + missing.map { "\($0.key)=\($0.value)" }.sorted()
        return variables.filter { !$0.name.hasPrefix("MAPREDUCE_") }.map(\.entry)
            + added.map { Array($0.utf8CString) }
    }
}
