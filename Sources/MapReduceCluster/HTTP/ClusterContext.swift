internal import Hummingbird
internal import NIOCore

/// A request with the connection on which it came.
struct ClusterContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The port to which the client connected; nil when the connection is closed.
    var port: Int? { channel.localAddress?.port }
}

typealias ClusterRouter = Router<ClusterContext>
