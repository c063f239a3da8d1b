namespace MmapIo.Benchmarks;

/// <summary>
/// Some work, done in several ways by the methods that are marked as benchmarks. BenchmarkDotNet runs one way after the
/// other; <see cref="Alternation"/> runs them in turn, for ratios that hold on a busy machine too.
/// </summary>
public interface IWork
{
    void Setup();

    void Cleanup();
}

/// <summary>Work that needs something done before each time, which does not count.</summary>
public interface IColdWork : IWork
{
    void Prepare();
}
