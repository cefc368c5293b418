/// What bounded a job, and what would help most.
package struct Verdict: Hashable, Codable, Sendable {
    package var bound: Bound
    /// The share of the time of the job's slots that it stands for, from 0 to 1; of `slots` the
    /// share in which all of them were at work while tasks waited.
    package var share: Double
    /// For people, for example `bound by sort: 58% of the slots' time`.
    package var text: String
    /// What would help most; nil where nothing is known that would.
    package var advice: Advice?
    /// What the time of the job's slots went into, the largest first; the shares add up to 1.
    ///
    /// Time in which a slot had nothing to do counts for what it waited for.
    package var parts: [Part]

    /// What can bound a job.
    package enum Bound: String, Codable, Sendable, CaseIterable {
        /// Reading the input and decompressing it.
        case reading
        /// The user's closures.
        case closure
        /// Collecting pairs: sorting them, and merging the values of equal keys.
        case sort
        /// Writing what does not fit into memory, and reading it again.
        case spill
        /// Waiting for runs of other machines.
        case fetch
        /// Reading runs and merging them.
        case merge
        /// Writing runs and parts, and making them durable.
        case writing
        /// A few tasks have far more to read than the others of their stage, so that slots wait.
        case skew
        /// A few tasks take far longer than what they read tells.
        case stragglers
        /// More tasks than slots, while every slot was at work and processors were not.
        case slots
        /// Slots had nothing to do, as there were too few tasks.
        case tasks
        /// Attempts that failed, or whose output was lost, and what ran again for them.
        case retries
        /// Starting, scheduling and ending: there was little to do.
        case overhead
    }

    /// One thing to change.
    package struct Advice: Hashable, Codable, Sendable {
        /// The option to give, as it is typed; nil where the job or its input is to be changed.
        package var option: String?
        /// For people, for example `--memory 1G would save about 20%`.
        package var text: String
        /// By how much the job's time would become shorter, from 0 to 1: an estimate.
        package var saving: Double

        package init(option: String?, text: String, saving: Double) {
            self.option = option
            self.text = text
            self.saving = saving
        }
    }

    /// What a share of the job's time went into.
    package struct Part: Hashable, Codable, Sendable {
        package var bound: Bound
        package var seconds: Double
        package var share: Double

        package init(bound: Bound, seconds: Double, share: Double) {
            self.bound = bound
            self.seconds = seconds
            self.share = share
        }
    }

    package init(bound: Bound, share: Double, text: String, advice: Advice?, parts: [Part]) {
        self.bound = bound
        self.share = share
        self.text = text
        self.advice = advice
        self.parts = parts
    }
}
