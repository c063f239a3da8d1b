using System.CommandLine;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Verbs;

internal static class BenchVerb
{
    public static Command Create()
    {
        var rest = new Argument<string[]>("arguments")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Handed to the benchmark program as they are.",
        };
        var verb = new Command("bench", "Build and run the benchmarks.") { rest };
        verb.SetAction(async parsed =>
        {
            // Held to the end: a build beside it would spoil the figures.
            using CheckoutLock held = await CheckoutLock.TakeAsync();
            await TestSuite.BuildHostNativeAsync();
            await Managed.BuildAsync(Managed.ProjectFile("tests", "benchmarks"));
            string program = Repository.AssemblyOf(Managed.Benchmarks);
            return await Step.AttachedAsync(Managed.Dotnet, [program, .. parsed.GetRequiredValue(rest)]);
        });
        return verb;
    }
}
