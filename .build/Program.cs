using System.CommandLine;
using MmapIo.Build.Verbs;

namespace MmapIo.Build;

/// <summary>Entry point: finds the verb, runs it, turns a failed step into a message and an exit code.</summary>
internal static class Program
{
    /// <summary>What follows these verbs belongs to another program and is handed on untouched.</summary>
    private static readonly string[] s_passThroughVerbs = ["run", "bench"];

    public static async Task<int> Main(string[] args)
    {
        var root = new RootCommand("Builds, tests and runs MmapIo.") { HelpName = "build.sh" };
        root.Options.Remove(root.Options.Single(option => option is VersionOption));
        root.Add(BuildVerb.Create());
        root.Add(TestVerb.Create());
        root.Add(NativesVerb.Create());
        root.Add(CrossVerb.Create());
        root.Add(KernelsVerb.Create());
        root.Add(RunVerb.Create());
        root.Add(PackVerb.Create());
        root.Add(BenchVerb.Create());
        root.Add(FormatVerb.Create());
        root.Add(LintVerb.Create());
        root.Add(CiVerb.Create());
        root.Add(CleanVerb.Create());
        root.SetAction(_ => root.Parse("--help").Invoke());

        // No response files: an argument such as @name is the called program's to understand.
        var parser = new ParserConfiguration { ResponseFileTokenReplacer = null };
        ParseResult parsed = root.Parse(ProtectPassedArguments(args), parser);
        try
        {
            // Ctrl-C reaches the child processes by themselves; Step decides what the driver does about it.
            var invocation = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(invocation);
        }
        catch (StepFailedException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
    }

    /// <summary>
    /// Puts "--" behind a pass-through verb, so that no option of the called program is taken for ours.
    /// </summary>
    private static string[] ProtectPassedArguments(string[] args) =>
        args.Length > 1 && s_passThroughVerbs.Contains(args[0]) ? [args[0], "--", .. args[1..]] : args;
}
