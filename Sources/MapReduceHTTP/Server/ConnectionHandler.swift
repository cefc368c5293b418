internal import NIOCore
internal import NIOHTTP1

/// A handler that enforces the limits of one connection: its first request must begin in time, it
/// is closed after the answer if the client does not keep connections open, and a client cannot
/// send an unread body indefinitely.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let connections: Connections
    private var number: Int?
    /// The number of requests whose answer has not ended.
    private var openRequestCount = 0
    /// Whether the body of the last request is still arriving.
    private var isReading = false
    private var closesAfterAnswer = false
    /// Bytes of a body that arrived after its answer.
    private var drainedByteCount = 0
    private var isPaused = false
    private var deadline: Scheduled<Void>?

    init(_ connections: Connections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) {
        number = connections.open(context.channel)
        close(context, in: connections.firstRequestTimeout)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func end() {
        cancelDeadline()
        if let number { connections.close(number) }
        number = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(var head):
            cancelDeadline()
            openRequestCount += 1
            isReading = true
            drainedByteCount = 0
            if let number { connections.setBusy(number, true) }
            if !head.isKeepAlive {
                closesAfterAnswer = true
                head.headers.replaceOrAdd(name: "Connection", value: "close")
            }
            context.fireChannelRead(wrapInboundOut(.head(head)))
        case .body(let bytes):
            if openRequestCount == 0 {
                drainedByteCount += bytes.readableBytes
                // Reading pauses; the client can still read the answer until the connection is
                // closed.
                isPaused = drainedByteCount > HTTPLimits.maxDrainedByteCount
            }
            context.fireChannelRead(data)
        case .end:
            isReading = false
            if openRequestCount == 0, !closesAfterAnswer { cancelDeadline() }
            context.fireChannelRead(data)
        }
    }

    func read(context: ChannelHandlerContext) { if !isPaused { context.read() } }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        context.write(data, promise: promise)
        guard case .end = part else { return }
        openRequestCount -= 1
        guard openRequestCount == 0 else { return }
        if let number { connections.setBusy(number, false) }
        if closesAfterAnswer || isReading { close(context, in: HTTPLimits.lingerTimeout) }
    }

    // MARK: Deadlines

    private func close(_ context: ChannelHandlerContext, in delay: Duration) {
        cancelDeadline()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: TimeAmount(delay)) {
            channel.close(promise: nil)
        }
    }

    private func cancelDeadline() {
        deadline?.cancel()
        deadline = nil
    }
}

/// A handler that installs a `ConnectionHandler` where the version of a request is still known.
final class ConnectionInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let connections: Connections

    init(_ connections: Connections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(ConnectionHandler(connections), position: .after(decoder))
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }
}
