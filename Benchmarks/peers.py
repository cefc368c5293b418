"""What the benchmarks' pipelines are in other programs: peers.py PROGRAM QUERY OUTPUT FILE ...

Each uses two threads, and writes the rows of its answer with tabs between them.
"""

import sys

program, query, output, *files = sys.argv[1:]


def duckdb_query():
    import duckdb
    database = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
    if query == "join":
        users, orders = (database.read_csv(file) for file in files)
        answer = database.sql(
            "SELECT id, name, sum(cents)::BIGINT FROM users JOIN orders ON id = orders.user"
            " GROUP BY id, name")
    else:
        log = database.read_json(
            files, format="newline_delimited", columns={"url": "VARCHAR", "bytes": "DOUBLE"})
        answer = database.sql("SELECT url, count(*), sum(bytes) FROM log GROUP BY url")
    answer.write_csv(output, sep="\t", header=False)


def polars_query():
    import os
    os.environ["POLARS_MAX_THREADS"] = "2"
    import polars
    if query == "join":
        users, orders = (polars.scan_csv(file) for file in files)
        answer = users.join(
            orders.group_by("user").agg(polars.col("cents").sum()), left_on="id", right_on="user")
    else:
        log = polars.scan_ndjson(files, schema={"url": polars.String, "bytes": polars.Float64})
        answer = log.group_by("url").agg(polars.len(), polars.col("bytes").sum())
    answer.collect().write_csv(output, separator="\t", include_header=False)


def pyspark_query():
    from pyspark.sql import SparkSession, functions
    spark = SparkSession.builder.master("local[2]").config("spark.driver.memory", "8g") \
        .config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "4") \
        .getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    if query == "join":
        users = spark.read.csv(files[0], header=True, schema="id LONG, name STRING")
        orders = spark.read.csv(files[1], header=True, schema="user LONG, cents LONG")
        spent = orders.groupBy("user").agg(functions.sum("cents").alias("cents"))
        answer = users.join(spent, users.id == spent.user).select("id", "name", "cents")
    else:
        log = spark.read.json(files, schema="url STRING, bytes DOUBLE")
        answer = log.groupBy("url").agg(functions.count("*"), functions.sum("bytes"))
    answer.write.csv(output, sep="\t")
    spark.stop()


{"duckdb": duckdb_query, "polars": polars_query, "pyspark": pyspark_query}[program]()
