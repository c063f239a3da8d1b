using System.CommandLine;
using MmapIo.Build.Kernels;
using MmapIo.Build.Natives;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Verbs;

internal static class KernelsVerb
{
    public static Command Create()
    {
        var names = new Argument<string[]>("name")
        {
            Description = "Those to boot; all, if none is named.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        names.AcceptOnlyFromAmong([.. Kernel.All.Select(kernel => kernel.Name)]);
        var verb = new Command("kernels", "Run the C tests on other kernels, in emulated machines.") { names };
        verb.SetAction(async parsed =>
        {
            using CheckoutLock held = await CheckoutLock.TakeAsync();
            if (!ZigCompiler.RunsHere)
            {
                throw new StepFailedException("the tests for other kernels are built and run on linux-x64 only");
            }

            string[] asked = parsed.GetRequiredValue(names);
            var session = new TestSession();
            await KernelTests.RunAsync(
                session, [.. Kernel.All.Where(kernel => asked.Length == 0 || asked.Contains(kernel.Name))]);
            return session.Finish();
        });
        return verb;
    }
}
