internal import Hummingbird
internal import MapReduceHTTP
internal import MapReduceModel

/// The coordinator's routes for `mapreduce doctor`.
extension CoordinatorRoutes {
    func addChecks(to group: RouterGroup<ClusterContext>) {
        group.get { [core] _, _ in
            let directory = core.settings.dataDirectory
            return try JSONBody.response(
                try await blocking { try ServiceStatus.current(directory: directory) }
            )
        }
        group.post { [probes] request, _ in
            let body = try await request.decoded(as: OutputCheckRequest.self)
            return try JSONBody.response(try await onOwnThread { try probes.make(for: body) })
        }
        group.delete(":name") { [probes] _, context in
            let name = context.parameters.get("name") ?? ""
            try await onOwnThread { try probes.remove(named: name) }
            return Response(status: .noContent)
        }
    }
}
