internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceReport
internal import NIOCore

/// The routes of a coordinator; `Documentation/Protocol.md` describes them.
struct CoordinatorRoutes {
    let core: CoordinatorCore
    let metrics: HTTPMetrics
    let token: Token?
    /// Whether clients reach the service over TLS.
    let isSecure: Bool
    let connections: Connections
    let logger: Logger
    let probes = OutputProbes()

    var router: ClusterRouter {
        let router = ClusterRouter.service(
            metrics: metrics,
            logger: logger,
            token: token,
            isSecure: isSecure,
            connections: connections,
            openPaths: Self.openPaths
        )
        HealthRoutes.add(to: router) { [core] in await core.isReady }
        router.get("metrics") { _, _ in MetricsText.response(try await core.metricsText) }
        addDashboard(to: router)
        addJobs(to: router.group("v1/jobs"))
        addWorkers(to: router.group("v1/workers"))
        add(core.uploads.executables, to: router.group("v1/executables"))
        add(core.uploads.files, to: router.group("v1/files"))
        addChecks(to: router.group("v1/check"))
        router.get("v1/cluster") { _, _ in try JSONBody.response(await core.clusterStatus) }
        return router
    }

    private func addJobs(to group: RouterGroup<ClusterContext>) {
        group.post { request, _ in
            let body = try await request.decoded(as: SubmitRequest.self)
            return try JSONBody.response(
                try await core.submit(body),
                status: .created
            )
        }
        group.get { _, _ in try JSONBody.response(try await core.statuses()) }
        group.get(":job") { request, context in
            let id = try await job(request, context)
            let status = try await core.status(of: id, wait: request.wait)
            return try JSONBody.response(status)
        }
        group.delete(":job") { request, context in
            try await core.cancel(try await job(request, context))
            return Response(status: .noContent)
        }
        group.get(":job/events") { request, context in
            let events = try await core.events(
                of: try await job(request, context),
                after: try request.number("after") ?? 0,
                onlyNotable: try request.number("notable") == 1
            )
            return try JSONBody.response(events)
        }
        group.get(":job/tasks") { request, context in
            try JSONBody.response(try await core.tasks(of: try await job(request, context)))
        }
        group.get(":job/tasks/:stage/:task") { request, context in
            let task = TaskName(
                stage: try context.number("stage"),
                index: try context.number("task")
            )
            let id = try await job(request, context)
            return try JSONBody.response(try await core.replay(of: id, task))
        }
        group.get(":job/logs") { request, context in
            try JSONBody.response(try await core.logs(of: try await job(request, context)))
        }
        group.get(":job/logs/:stage/:task/:attempt") { request, context in
            let attempt = try context.attempt
            _ = try await job(request, context)
            return try JSONBody.response(
                try await core.logs(of: attempt.task.job, attempt: attempt)
            )
        }
        group.get(":job/launch") { request, context in
            try JSONBody.response(try await core.launch(of: try await job(request, context)))
        }
        group.get(":job/stages/:stage/outputs") { request, context in
            let outputs = try await core.outputs(
                of: try await job(request, context),
                stage: try context.number("stage"),
                after: try request.number("after") ?? 0,
                wait: request.wait
            )
            return try JSONBody.response(outputs)
        }
    }

    /// Returns the job in a path, after checking that it is the one that `uuid` names, if the query
    /// has one.
    func job(_ request: Request, _ context: ClusterContext) async throws -> JobID {
        let id = try context.job
        try await core.check(id, is: request.uri.queryParameters.get("uuid"))
        return id
    }

    private func addWorkers(to group: RouterGroup<ClusterContext>) {
        group.post { request, _ in
            let body = try await request.decoded(as: JoinRequest.self)
            return try JSONBody.response(try await core.join(body))
        }
        group.get { _, _ in try JSONBody.response(await core.workerStatuses) }
        group.post(":worker/poll") { request, context in
            let body = try await request.decoded(as: PollRequest.self)
            let id = WorkerID(try context.number("worker"))
            return try JSONBody.response(try await core.poll(id, body))
        }
        group.delete(":worker") { _, context in
            try await core.leave(WorkerID(try context.number("worker")))
            return Response(status: .noContent)
        }
    }

    private func add(_ store: DigestStore, to group: RouterGroup<ClusterContext>) {
        group.head(":digest") { _, context in
            guard try store.contains(try context.digest) else {
                throw ClusterError.notFound("the \(store.content.rawValue) was not uploaded")
            }
            return Response(status: .ok)
        }
        group.put(":digest") { request, context in
            let digest = try context.digest
            if try store.contains(digest) { return Response(status: .ok) }
            try await store.add(digest, request.body)
            return Response(status: .created)
        }
        group.get(":digest") { _, context in
            let digest = try context.digest
            guard try store.contains(digest) else {
                throw ClusterError.notFound("the \(store.content.rawValue) was not uploaded")
            }
            let chunks = FileChunks(path: store.path(of: digest))
            return Response(
                status: .ok,
                headers: [.contentType: "application/octet-stream"],
                body: ResponseBody(contentLength: try chunks.byteCount()) { writer in
                    for try await chunk in chunks { try await writer.write(chunk) }
                    try await writer.finish(nil)
                }
            )
        }
    }
}

extension ClusterContext {
    fileprivate var digest: String {
        get throws {
            guard let text = parameters.get("digest"), DigestStore.isDigest(text) else {
                throw ClusterError.badRequest("what is uploaded is named by its SHA-256")
            }
            return text
        }
    }
}
