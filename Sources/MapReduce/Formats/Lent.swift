/// Says that something lives as long as what lends it, which the compiler cannot see where pointers
/// are between them.
@_unsafeNonescapableResult
@_transparent
@_lifetime(borrow lender)
func lent<Loan: ~Copyable & ~Escapable, Lender: ~Copyable & ~Escapable>(
    _ loan: consuming Loan,
    by lender: borrowing Lender
) -> Loan { loan }
