package import Hummingbird
package import NIOCore

/// A request with the connection on which it came.
package struct ClusterContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The connection.
    package let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The port to which the client connected; nil when the connection is closed.
    package var port: Int? { channel.localAddress?.port }
}

package typealias ClusterRouter = Router<ClusterContext>
