import ArgumentParser
import MapReduce

/// Sums what each user has spent: the input `users=` has the columns `id` and `name`, and `orders=`
/// has `user` and `cents`.
@main
struct Join: Job {
    @Flag(help: "List users without orders too.") var all = false

    func pipeline(_ input: Input) -> Pairs<Int, Pair<String, Int>> {
        let users: Pairs<Int, String> = input["users"].records(.csv).map { user, emit in
            emit(try user.int("id"), try user.string("name"))
        }
        let orders: Pairs<Int, Int> = input["orders"].records(.csv).map { order, emit in
            emit(try order.int("user"), try order.int("cents"))
        }
        let spent = orders.combine(+)
        let rows: Pairs<Int, Pair<String, Int>> =
            if all {
                users.leftJoin(spent) { id, name, cents, emit in emit(id, Pair(name, cents ?? 0)) }
            } else {
                users.join(spent) { id, name, cents, emit in emit(id, Pair(name, cents)) }
            }
        return rows.columns("id", "name", "cents")
    }
}
