"""The native judge: documents against the rules of EN 16931 and Peppol, in one pass over the document.

How a pack of rules is written
==============================

A pack is plain data: *contexts* say where rules apply, *rules* say what must hold there.

    PAYMENT_MEANS = Context("model", "cac:PaymentMeans")
    CREDIT_TRANSFER = Context("model", "cac:PaymentMeans/cac:PayeeFinancialAccount", when=is_credit_transfer)

    RULES = (
        fatal("BR-49", PAYMENT_MEANS, lambda means: means.has("cbc:PaymentMeansCode"),
              "Say how to pay: give cbc:PaymentMeansCode."),
    )

    PACK = Pack("EN 16931 UBL", "1.3.16", contexts=(PAYMENT_MEANS, ...), rules=RULES + ...)

*Contexts.* The first argument names the Schematron pattern. Within one pattern a node belongs to the first context that
matches it and to no other, in the order of `Pack.contexts`; patterns do not know of each other, so the same path in two
patterns is two contexts. A path without a leading slash matches the end of an element's path (`cac:Party/cbc:ID`, the
same as `//cac:Party/cbc:ID`), one with it the whole path from the root (`/ubl:Invoice/cbc:Note`, `/*/cac:TaxTotal`); a
`*` stands for any one step. Several paths are several arguments. `when` is a test of the node itself (the `[...]` of a
match); `on_path` a test of the names on the way to it, asked once per path and not per node. What `when` cannot work
out (a flag that is no boolean) does not match. Contexts that differ by a code alone say `key=vat_code, value="AE"`
instead of `when`: the key is worked out once for all of them that stand side by side.

*Rules.* `holds` takes the node and answers True when all is well. It is asked for every node of its context, and each
"no" is one finding there. It may look anywhere: `node.root`, `node.parent`, `node.root.named("cac:TaxCategory")` (all
in the document, in its order). What it cannot work out (an amount that is no number, one that stands twice where one
is meant) counts as not held: it may let `Unreadable` pass.

*Names.* `cac:`, `cbc:`, `ext:`; the roots are `ubl:Invoice`, `cn:CreditNote` and `ar:ApplicationResponse`.

*Values of the whole document* (Schematron's `let`) are functions of the root with `@once_per_document`; they take any
node of it: `supplier_country(node)`.

*What is not to be used* needs no function: `Pack.unused` is a table of rule id and paths, `Pack.unused_attributes` one
of rule id and attribute; each gives one finding, at the root.

*Structure* (the layer `xsd`) has no contexts: `Pack.structure` judges a document by a table of the format's schema.

*Code lists* are read on first use: `CodeList("iso4217")` is `codes/iso4217.txt`, codes between blanks.

*Releases.* A pack becomes a release by a row in `releases.py`: its layer, version, dates of validity, and the documents
it is for. Two releases share what they have in common by being built from the same tuples.
"""
