using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using MmapIo.Benchmarks;

// Words pick rows of the table; options are those of BenchmarkDotNet, such as --filter, which looks closer at one class.
if (args is not [['-', ..], ..])
{
    return PerformanceTable.Run(args);
}

// In one process, on the same data, and each told as a ratio: figures drift with the machine, ratios hold.
IConfig config = ManualConfig.CreateEmpty()
    .AddJob(Job.ShortRun.WithToolchain(new InProcessNoEmitToolchain(TimeSpan.FromMinutes(10), false)).WithIterationCount(7).WithWarmupCount(3))
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddExporter(MarkdownExporter.GitHub)
    .AddLogger(ConsoleLogger.Default)
    .WithArtifactsPath(Path.Combine("artifacts", "benchmarks"))
    .WithOption(ConfigOptions.DisableOptimizationsValidator, true);
BenchmarkSwitcher.FromAssembly(typeof(PerformanceTable).Assembly).Run(args, config);
return 0;
