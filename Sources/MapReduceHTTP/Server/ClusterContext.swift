package import Hummingbird
package import NIOCore

/// The context of a request, including the connection on which it arrived.
package struct ClusterContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The connection.
    package let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The port to which the client connected; nil if the connection is closed.
    package var port: Int? { channel.localAddress?.port }
}

package typealias ClusterRouter = Router<ClusterContext>
